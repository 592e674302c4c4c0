"""`bright`: a shift of every colour (spec 02 §9)."""

import numpy as np
import pytest
from PIL import Image

from tests.unit.operations.applied import applied, noise, samples


@pytest.mark.parametrize(
    ("level", "before", "after"),
    [(50, 100, 150), (50, 230, 255), (-50, 100, 50), (-50, 30, 0), (100, 0, 100), (-100, 255, 155)],
    ids=str,
)
def test_the_level_is_added(level: int, before: int, after: int) -> None:
    """Every colour moves by the level and stops at black and white (C-68)."""
    image = applied(Image.new("RGB", (2, 1), (before, before, before)), f"bright,{level}")
    assert image.getpixel((1, 0)) == (after, after, after)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_colour_is_shifted_and_transparency_is_not(mode: str) -> None:
    """Alpha is no colour; the mode stays."""
    image = noise(mode, (17, 5))
    expected = np.clip(samples(image) - 33, 0, 255)
    if image.mode.endswith("A"):
        expected[..., -1] = samples(image)[..., -1]
    result = applied(image, "bright,-33")
    assert result.mode == mode
    assert np.array_equal(samples(result), expected)


def test_level_0_changes_nothing() -> None:
    """Zero is a legal level."""
    image = noise("RGBA", (9, 9))
    assert applied(image, "bright,0").tobytes() == image.tobytes()


def test_the_source_stays_as_it_was() -> None:
    """An operation is pure."""
    image = noise("RGB", (4, 4))
    before = image.tobytes()
    applied(image, "bright,90")
    assert image.tobytes() == before
