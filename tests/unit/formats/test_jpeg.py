"""The quality that a JPEG tells by its luminance table (spec 02 §13)."""

import io
import random
from itertools import pairwise

import pytest
from PIL import Image

from darkroom.imaging.formats.jpeg import estimated_quality, table_sums
from tests.conftest import Data


def table(quality: int) -> list[int]:
    """Take the luminance table out of what libjpeg writes at a quality."""
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "JPEG", quality=quality)
    luminance: list[int] = Image.open(buffer).quantization[0]  # type: ignore[attr-defined]
    return luminance


def test_every_quality_of_the_scale_is_recognised() -> None:
    """The sum of a table's steps gives each of the hundred qualities, in any order of steps."""
    for quality in range(1, 101):
        steps = table(quality)
        assert estimated_quality(steps) == quality
        random.Random(quality).shuffle(steps)
        assert estimated_quality(steps) == quality, f"{quality}, shuffled"


def test_no_two_qualities_share_a_sum() -> None:
    """The quality is found by bisection of the sums, so they fall strictly."""
    assert all(one < other for one, other in pairwise(table_sums()))


@pytest.mark.parametrize("quality", [10, 50, 75, 90, 99])
def test_another_encoders_table_gets_the_nearest_quality(quality: int) -> None:
    """A table that is a little coarser is not yet the next quality down."""
    steps = table(quality)
    steps[5] += 1
    assert estimated_quality(steps) == quality


@pytest.mark.parametrize(
    ("steps", "quality"), [([1] * 64, 100), ([255] * 64, 1), ([65535] * 64, 1), ([], 100)]
)
def test_a_table_off_the_scale_gets_its_end(steps: list[int], quality: int) -> None:
    """Tables finer than quality 100 give 100, coarser than quality 1 give 1."""
    assert estimated_quality(steps) == quality


def test_the_reference_picture_has_quality_82(data: Data) -> None:
    """The encoder's rules of spec 03 §3 were derived from a source of quality 82."""
    image = Image.open(io.BytesIO(data("example.jpg")))
    assert estimated_quality(image.quantization[0]) == 82  # type: ignore[attr-defined]
