"""Pictures drawn for the codecs' tests, files made of them, and the way through the pipeline."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS, probe
from darkroom.imaging.picture import Frame, Output
from darkroom.imaging.pipeline import Result
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
    """Write a picture as a file of that format; `options` are those of Pillow's encoder."""
    if word == "jpg":
        return pictures.stored(image, "JPEG", **options)
    return FORMATS[word].write(image, Output(format=word, alpha=True), None, **options)


def encode(frames: Iterator[Frame], output: Output) -> bytes:
    """Write frames in the format of the output."""
    return FORMATS[output.format].encode(frames, output)


def frames(data: bytes, needed: Size | None = None, *, every: bool = True) -> Iterator[Frame]:
    """Decode a file."""
    header = probe(data)
    return FORMATS[header.format].frames(data, header, needed=needed, every=every)


def processed(data: bytes, text: str) -> Result:
    """Put a file through the actions of an image process."""
    return pictures.processed(data, f"image/{text}", ProcessingContext(fonts=FONTS))


def shown(result: Result) -> Image.Image:
    """Decode a result, with its own decoder and no other."""
    assert result.format is not None
    image = FORMATS[result.format].open(result.body)
    image.load()
    return image


UPRIGHT = {
    1: ["red", "lime", "blue", "white"],
    2: ["lime", "red", "white", "blue"],
    3: ["white", "blue", "lime", "red"],
    4: ["blue", "white", "red", "lime"],
    5: ["red", "blue", "lime", "white"],
    6: ["blue", "red", "white", "lime"],
    7: ["white", "lime", "blue", "red"],
    8: ["lime", "white", "red", "blue"],
}
"""The corners of a picture of quarters once each orientation is applied."""
