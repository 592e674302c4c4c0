"""Coverage of round corners against areas counted point by point."""

import math

import numpy as np
import pytest

from darkroom.imaging.filters.masks import quarter_disc, quarter_ellipse

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


@pytest.mark.parametrize(
    ("across", "down"), [(1, 2), (2, 1), (3, 7), (64, 10), (10, 64), (50, 49)], ids=str
)
def test_coverage_is_the_area_inside_the_ellipse(across: int, down: int) -> None:
    """Its rows are counted like those of a disc."""
    pixels = np.frombuffer(quarter_ellipse(across, down), np.uint8).reshape(down, across)
    columns = ((np.arange(across * 64) + 0.5) / 64 / across - 1) ** 2
    rows = ((np.arange(down * 64) + 0.5) / 64 / down - 1) ** 2
    inside = np.add.outer(rows, columns) <= 1
    counted = inside.reshape(down, 64, across, 64).mean((1, 3)) * 255
    assert np.abs(pixels - counted).max() < 2


@pytest.mark.parametrize("radius", [1, 2, 3, 7, 64, 4096])
def test_an_ellipse_of_equal_radii_is_a_disc(radius: int) -> None:
    """Byte for byte."""
    assert quarter_ellipse(radius, radius) == quarter_disc(radius)[1]
