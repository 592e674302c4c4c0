"""Every source format to every target: size, transparency and colour (spec 03 §2 and §3)."""

from itertools import product

import pytest
from PIL import Image

from darkroom.imaging.formats import FORMATS
from darkroom.imaging.picture import Frame, Output
from tests.pictures import difference
from tests.unit.formats.drawing import corners, encode, processed, quarters, shown

SIZE = (96, 64)
SEEN = ["red", "lime", "blue", "white"]

PAIRS = list(product(FORMATS, FORMATS))
IDS = [f"{source} to {target}" for source, target in PAIRS]

LEVELS = {"jpg": 6, "webp": 14, "heic": 10, "avif": 12}
"""How far a flat colour may be off after one lossy encoder; nothing elsewhere."""


def source_of(image: Image.Image, word: str) -> bytes:
    """Write a source file, with the quality of a good camera."""
    quality = 95 if FORMATS[word].default_quality else None
    return encode(iter([Frame(image)]), Output(format=word, alpha=True, quality=quality))


def target_of(source: str, target: str) -> str:
    """Give the format that comes out: GIF is made of GIF alone."""
    return source if target == "gif" else target


def tolerance(*words: str) -> int:
    """Add up what the encoders on the way may change."""
    return sum(LEVELS.get(word, 0) for word in words)


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=IDS)
def test_opaque_pictures(source: str, target: str) -> None:
    """The same picture comes out, and no transparency is invented."""
    result = processed(source_of(quarters(SIZE), source), f"format,{target}")
    assert result.format == target_of(source, target)
    assert result.content_type == FORMATS[result.format].content_type
    image = shown(result)
    assert (image.size, corners(image)) == (SIZE, SEEN)
    assert not image.has_transparency_data
    for inner in ((4, 4, 44, 28), (52, 4, 92, 28), (4, 36, 44, 60), (52, 36, 92, 60)):
        off = difference(image.convert("RGB").crop(inner), quarters(SIZE).crop(inner))
        assert off <= tolerance(source, result.format)


OPAQUE, CLEAR, SOFT = (20, 10), (70, 10), (20, 50)
"""Places in the middle of what is opaque, fully and partly transparent."""

SOFT_ALPHA = 153
BLUE = (20, 20, 230)


def cut_out() -> Image.Image:
    """Draw quarters of which one is missing and one is soft."""
    image = quarters(SIZE).convert("RGBA")
    image.paste((0, 0, 0, 0), (48, 0, 96, 32))
    image.paste((*BLUE, SOFT_ALPHA), (0, 32, 48, 64))
    return image


def pixel(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    """Give red, green, blue and alpha."""
    value = image.convert("RGBA").getpixel(place)
    assert isinstance(value, tuple)
    return value


WITH_ALPHA = [word for word in FORMATS if FORMATS[word].alpha]


@pytest.mark.parametrize("target", WITH_ALPHA)
@pytest.mark.parametrize("source", WITH_ALPHA)
def test_transparency_is_kept(source: str, target: str) -> None:
    """As soft as it was; GIF has one bit of it."""
    image = shown(processed(source_of(cut_out(), source), f"format,{target}"))
    assert image.size == SIZE
    soft = 255 if source == "gif" else SOFT_ALPHA
    found = [pixel(image, place)[3] for place in (OPAQUE, CLEAR, SOFT)]
    assert found == pytest.approx([255, 0, soft], abs=2)
    assert pixel(image, SOFT)[:3] == pytest.approx(BLUE, abs=tolerance(source, target) + 2)


@pytest.mark.parametrize("source", [word for word in WITH_ALPHA if word != "heic"])
def test_transparency_lies_on_white_in_jpg(source: str) -> None:
    """What was soft shows as much of the white as it was transparent."""
    image = shown(processed(source_of(cut_out(), source), "format,jpg"))
    assert (image.mode, image.size) == ("RGB", SIZE)
    share = 1 if source == "gif" else SOFT_ALPHA / 255
    mixed = [255 + (ink - 255) * share for ink in BLUE]
    near = tolerance(source, "jpg") + 2
    assert pixel(image, SOFT)[:3] == pytest.approx(mixed, abs=near)
    assert pixel(image, CLEAR)[:3] == pytest.approx((255, 255, 255), abs=near)


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=IDS)
def test_grey_pictures(source: str, target: str) -> None:
    """No colour comes into grey, and the formats that can tell say that it is grey (C-117)."""
    grey = Image.linear_gradient("L").resize(SIZE)
    image = shown(processed(source_of(grey, source), f"format,{target}"))
    red, green, blue = image.convert("RGB").split()
    assert difference(red, green) <= 2
    assert difference(red, blue) <= 2
    assert difference(red, grey) <= tolerance(source, target) + 4
    if source in ("jpg", "png", "tiff") and target in ("jpg", "png", "tiff", "heic", "avif"):
        assert image.mode == "L"
