"""Pictures drawn for the codecs' tests, files made of them, and the way through the pipeline."""

from pathlib import Path

from PIL import Image

from darkroom.imaging.formats.plugins import open_image, save_image
from darkroom.imaging.pipeline import Result
from darkroom.imaging.steps import Context
from tests import pictures

FONTS = Path(__file__).parents[3] / "layers/fonts/fonts"

type Corners = list[str]

_INKS = {
    "red": (230, 20, 20),
    "lime": (20, 220, 20),
    "blue": (20, 20, 230),
    "white": (250, 250, 250),
}


def quarters(size: tuple[int, int]) -> Image.Image:
    """Red and lime above blue and white: told apart after any turn, scaling and lossy codec."""
    small = Image.new("RGB", (2, 2))
    small.putdata(list(_INKS.values()))
    return small.resize(size, Image.Resampling.NEAREST)


def corners(image: Image.Image) -> Corners:
    """Name the inks of the four quarters in reading order."""
    width, height = image.size
    places = [(x * width // 4, y * height // 4) for y in (1, 3) for x in (1, 3)]
    return [_ink(image.convert("RGB").getpixel(place)) for place in places]


def _ink(pixel: object) -> str:
    assert isinstance(pixel, tuple)
    return min(
        _INKS, key=lambda name: sum(abs(a - b) for a, b in zip(pixel, _INKS[name], strict=True))
    )


def stored(image: Image.Image, word: str, **options: object) -> bytes:
    """Write a picture as a file of that format."""
    return save_image(image, word, **options)


def processed(data: bytes, text: str) -> Result:
    """Put a file through the actions of an image process."""
    return pictures.processed(data, f"image/{text}", Context(fonts=FONTS))


def shown(result: Result) -> Image.Image:
    """Decode a result, with its own decoder and no other."""
    assert result.format is not None
    image = open_image(result.body, result.format)
    image.load()
    return image
