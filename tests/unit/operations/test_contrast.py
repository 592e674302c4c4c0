"""`contrast`: colours scaled about zero (spec 02 §10)."""

import math
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from tests.unit.operations.applied import applied, noise, samples


@pytest.mark.parametrize(
    ("level", "before", "after"),
    [
        (50, 100, 150),
        (-50, 100, 75),
        (-100, 100, 50),
        (100, 100, 200),
        (100, 128, 255),
        (50, 1, 2),
        (-100, 1, 1),
        (-1, 99, 99),
    ],
    ids=str,
)
def test_the_colour_is_scaled(level: int, before: int, after: int) -> None:
    """Up to twice or down to half of it, halves rounded up (C-69)."""
    image = applied(Image.new("RGB", (2, 1), (before, before, before)), f"contrast,{level}")
    assert image.getpixel((1, 0)) == (after, after, after)


@pytest.mark.parametrize("level", [-100, -99, -50, -1, 1, 50, 99, 100])
def test_every_sample_follows_the_formula(level: int) -> None:
    """All 256 samples against the formula in exact fractions."""
    alpha = 1 + Fraction(level, 100 if level > 0 else 200)
    ramp = Image.frombytes("L", (256, 1), bytes(range(256)))
    expected = [min(255, math.floor(p * alpha + Fraction(1, 2))) for p in range(256)]
    assert list(applied(ramp, f"contrast,{level}").tobytes()) == expected


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparency_stays(mode: str) -> None:
    """Alpha is no colour; the mode stays."""
    image = noise(mode, (17, 5))
    result = applied(image, "contrast,-40")
    assert result.mode == mode
    assert np.array_equal(samples(result)[..., -1], samples(image)[..., -1])


def test_level_0_changes_nothing() -> None:
    """Zero is a legal level."""
    image = noise("RGBA", (9, 9))
    assert applied(image, "contrast,0").tobytes() == image.tobytes()
