"""`average-hue`: the colour that a picture is mostly of (spec 02 §17)."""

import io
import json

import pytest
from PIL import Image

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.process.grammar import parse
from tests.conftest import Data
from tests.pictures import animation, stored


def average_hue(data: bytes) -> str:
    """Ask for the report about a stored picture."""
    result = run(data, compile_operations(parse("image/average-hue").actions), ProcessingContext())
    assert result.content_type == "application/json"
    return str(json.loads(result.body)["RGB"])


def test_the_documented_colour(data: Data) -> None:
    """The reference picture's is published."""
    assert average_hue(data("example.jpg")) == "0x5c783b"


def test_the_text_is_laid_out(data: Data) -> None:
    """As `info` is (C-95)."""
    result = run(
        data("example.jpg"),
        compile_operations(parse("image/average-hue").actions),
        ProcessingContext(),
    )
    assert result.body == b'{\n    "RGB": "0x5c783b"}'


def test_an_even_colour_is_itself() -> None:
    """Every pixel is near the mean."""
    assert average_hue(stored(Image.new("RGB", (31, 7), "#336699"))) == "0x336699"


def test_where_no_pixel_is_near_the_plain_mean_counts() -> None:
    """Half red, half blue: both are 120° from the mean hue. Each part is rounded down."""
    image = Image.new("RGB", (10, 10), "#ff0000")
    image.paste("#0000ff", (0, 0, 5, 10))
    assert average_hue(stored(image)) == "0x7f007f"


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_lies_on_white(mode: str) -> None:
    """A clear picture is white, whatever colour hides in it (C-96)."""
    assert average_hue(stored(Image.new("RGBA", (5, 5), (9, 9, 9, 0)).convert(mode))) == "0xffffff"


def test_the_first_frame_counts() -> None:
    """An animation is judged by what is seen first (C-96)."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("#00ff00", "#ff0000", "#0000ff")]
    assert average_hue(animation(frames)) == "0x00ff00"


@pytest.mark.parametrize("mode", ["L", "1", "CMYK"])
def test_every_kind_of_pixel_has_a_colour(mode: str) -> None:
    """Black is black in all of them."""
    image = Image.new(mode, (4, 4), (0, 0, 0, 255) if mode == "CMYK" else 0)
    buffer = io.BytesIO()
    image.save(buffer, "TIFF")
    assert average_hue(buffer.getvalue()) == "0x000000"
