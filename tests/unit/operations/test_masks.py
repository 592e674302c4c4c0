"""Coverage of round corners against areas counted point by point."""

import math

import numpy as np
import pytest

from darkroom.imaging.filters.masks import quarter_disc

RADII = [0.5, 1, 1.5, 2, 2.5, 3, 7, 10.5, 25, 64, 100.5]


def counted(radius: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Count which of 64 × 64 points in each pixel lie in the disc."""
    side = math.ceil(radius)
    points = (np.arange(side * 64) + 0.5) / 64 - radius
    inside = np.add.outer(points**2, points**2) <= radius**2
    return np.asarray(inside.reshape(side, 64, side, 64).mean((1, 3)) * 255)


@pytest.mark.parametrize("radius", RADII)
def test_coverage_is_the_area_inside_the_disc(radius: float) -> None:
    """Within what counting points can tell and rounding to a byte."""
    side, coverage = quarter_disc(radius)
    assert side == math.ceil(radius)
    pixels = np.frombuffer(coverage, np.uint8).reshape(side, side)
    assert np.abs(pixels - counted(radius)).max() < 2


@pytest.mark.parametrize("radius", [*RADII, 4096.0])
def test_the_quarter_is_its_own_mirror_image(radius: float) -> None:
    """Rows and columns may be exchanged: the arc is a circle's."""
    side, coverage = quarter_disc(radius)
    pixels = np.frombuffer(coverage, np.uint8).reshape(side, side)
    assert np.array_equal(pixels, pixels.T)


@pytest.mark.parametrize("radius", [100, 333, 4096])
def test_a_quarter_has_the_area_of_one(radius: int) -> None:
    """All pixels together: π r² / 4."""
    total = sum(quarter_disc(radius)[1]) / 255
    assert total == pytest.approx(math.pi * radius**2 / 4, rel=1e-4)
