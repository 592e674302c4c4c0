"""Every pixel operation on every source format (spec 02, 03 §2, §5)."""

import json
from itertools import product

import pytest
from PIL import Image

from darkroom.imaging.formats import FORMATS, probe
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.operations import OPERATIONS, compile_operations
from darkroom.imaging.picture import Frame, Output
from darkroom.process.grammar import parse
from tests import pictures
from tests.declarations import minimal_arguments
from tests.unit.formats.drawing import encode, processed, shown

SIZE = (96, 64)

ARGUMENTS = {
    "resize": "w_60",
    "crop": "w_50,h_40,g_center",
    "indexcrop": "x_40,i_1",
    "circle": "r_25",
    "rounded-corners": "r_20",
    "elliptical-corners": "x_30,y_12",
    "rotate": "30",
    "flip": "1",
    "blur": "r_3,s_2",
    "bright": "20",
    "contrast": "-20",
    "sharpen": "100",
    "gray": "1",
    "watermark": "text_SGk,size_20,g_center",
}
"""Arguments whose effect is visible; other operations have the fewest that are accepted."""

PIXEL_OPERATIONS = [
    name
    for name, each in OPERATIONS.items()
    if name == each.name and issubclass(each, PixelOperation)
]

MEAN_DIFFERENCE = {"jpg": 3.0, "webp": 3.0, "heic": 4.0, "avif": 3.0, "gif": 9.0}
"""Levels by which a lossy source, or a palette, may differ from a PNG of the same picture."""


def action(name: str) -> str:
    """Write an action."""
    return ",".join([name, ARGUMENTS.get(name) or ",".join(minimal_arguments(OPERATIONS[name]))])


def source(word: str) -> bytes:
    """Write a smooth picture in a format, with the quality of a good camera."""
    quality = 95 if FORMATS[word].default_quality else None
    output = Output(format=word, alpha=False, quality=quality, full_chroma=True)
    return encode(iter([Frame(pictures.photographic(SIZE))]), output)


def on_white(image: Image.Image) -> Image.Image:
    """Flatten a picture: a JPEG has white where other formats are transparent."""
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


@pytest.mark.parametrize(("word", "name"), list(product(FORMATS, PIXEL_OPERATIONS)), ids=str)
def test_an_operation_on_a_format(word: str, name: str) -> None:
    """The result has the source's format, AVIF too (C-100), and the pixels that a PNG gives."""
    result = processed(source(word), action(name))
    assert result.format == word
    found, wanted = shown(result), shown(processed(source("png"), action(name)))
    assert found.size == wanted.size
    apart = pictures.mean_difference(on_white(found), on_white(wanted))
    assert apart <= MEAN_DIFFERENCE.get(word, 0)


@pytest.mark.parametrize(
    ("word", "name"), list(product(["gif", "webp"], PIXEL_OPERATIONS)), ids=str
)
def test_an_operation_on_an_animation(word: str, name: str) -> None:
    """Every frame is processed, or the first one alone, as the operation states."""
    frames = [Image.new("RGB", SIZE, ink) for ink in ("red", "lime", "blue")]
    result = processed(pictures.animation(frames, word.upper(), duration=100), action(name))
    (operation,) = compile_operations(parse(f"image/{action(name)}").actions)
    assert result.format == word
    assert probe(result.body).frames == (3 if operation.keeps_animation() else 1)


@pytest.mark.parametrize("word", FORMATS)
def test_reports_on_a_format(word: str) -> None:
    """`info` names the format (C-93), `average-hue` has the colour of a PNG (spec 02 §16–17)."""
    info = json.loads(processed(source(word), "info").body)
    assert info["Format"]["value"] == word
    found, wanted = (hue(processed(source(each), "average-hue").body) for each in (word, "png"))
    apart = max(abs(a - b) for a, b in zip(found, wanted, strict=True))
    assert apart <= MEAN_DIFFERENCE.get(word, 0)


@pytest.mark.parametrize("word", ["gif", "webp"])
def test_reports_on_an_animation(word: str) -> None:
    """`info` counts the frames; the colour is that of the first frame (spec 02 §16, C-96)."""
    frames = [Image.new("RGB", SIZE, ink) for ink in ("red", "lime", "blue")]
    data = pictures.animation(frames, word.upper(), duration=100)
    assert json.loads(processed(data, "info").body)["FrameCount"]["value"] == "3"
    assert hue(processed(data, "average-hue").body) == pytest.approx((255, 0, 0), abs=3)


def hue(body: bytes) -> tuple[int, ...]:
    """Return the colour that `average-hue` answers."""
    return tuple(bytes.fromhex(json.loads(body)["RGB"].removeprefix("0x")))
