"""`circle`: a disc cut out of the middle (spec 02 §4)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darkroom.geometry import disc_box
from tests.unit.operations.applied import applied, noise, samples

DOCUMENTED = [
    ((400, 267), 100, 201),
    ((400, 267), 1000, 267),
    ((400, 300), 500, 299),
    ((200, 200), 100, 199),
    ((1, 5), 3, 1),
    ((5, 4), 1, 3),
    ((1, 1), 4096, 1),
]


@pytest.mark.parametrize(("size", "radius", "side"), DOCUMENTED, ids=str)
def test_the_result_is_the_square_that_holds_the_disc(
    size: tuple[int, int], radius: int, side: int
) -> None:
    """2r + 1 pixels a side, r at most half the shorter side (C-56)."""
    assert applied(Image.new("RGB", size), f"circle,r_{radius}").size == (side, side)


@given(width=st.integers(1, 5000), height=st.integers(1, 5000), radius=st.integers(1, 4096))
def test_the_square_is_centred_inside_the_picture(width: int, height: int, radius: int) -> None:
    """Of two middle pixels the left or upper one is the centre (C-57)."""
    box = disc_box((width, height), radius)
    reach = min(radius, math.floor((min(width, height) - 1) / 2))
    assert box.size == (2 * reach + 1, 2 * reach + 1)
    assert (box.left + reach, box.top + reach) == ((width - 1) // 2, (height - 1) // 2)
    assert box.left >= 0 <= box.top
    assert box.right <= width
    assert box.bottom <= height


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("radius", [1, 2, 12])
def test_inside_shows_and_outside_does_not(mode: str, radius: int) -> None:
    """By the distance of pixel centres, with an edge of a pixel between (C-58)."""
    image = noise(mode, (30, 25))
    if mode.endswith("A"):
        image.putalpha(255)
    result = applied(image, f"circle,r_{radius}")
    assert result.mode == (mode if mode.endswith("A") else mode + "A")
    away = np.arange(-radius, radius + 1)
    distance = np.sqrt(np.add.outer(away**2, away**2))
    alpha = samples(result)[..., -1]
    assert (alpha[distance <= radius - 0.5] == 255).all()
    assert (alpha[distance <= radius] > 240).all()
    assert (alpha[distance >= radius + 1.25] == 0).all()
    assert np.array_equal(alpha, alpha[::-1])
    assert np.array_equal(alpha, alpha[:, ::-1])
    assert np.array_equal(alpha, alpha.T)


def test_the_disc_shows_the_middle_of_the_picture() -> None:
    """Pixels stay where they are: the centre is ⌊(W−1)/2⌋, ⌊(H−1)/2⌋."""
    image = noise("RGB", (40, 31))
    result = applied(image, "circle,r_9")
    assert result.convert("RGB").crop((6, 6, 13, 13)).tobytes() == (
        image.crop((16, 12, 23, 19)).tobytes()
    )


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_format_without_transparency_gets_white(mode: str) -> None:
    """Corners of a JPG are white, and its edge is a mixture with white (C-59)."""
    image = Image.new(mode, (41, 41))
    result = applied(image, "circle,r_20", "jpg")
    assert result.mode == mode
    shown = samples(applied(image, "circle,r_20"))[..., -1]
    assert np.abs(samples(result) - (255 - shown[..., None])).max() <= 1


def test_transparency_of_the_source_is_kept() -> None:
    """Both take away: half of half is a quarter."""
    image = Image.new("RGBA", (41, 41), (10, 20, 30, 128))
    for word in ("png", "jpg"):
        result = applied(image, "circle,r_20", word)
        assert result.getpixel((20, 20)) == (10, 20, 30, 128)
        assert samples(result)[0, 0, 3] == 0


def test_a_single_pixel_stays_whole() -> None:
    """Radius 0 is the pixel in the middle (C-60)."""
    image = noise("RGB", (1, 5))
    assert applied(image, "circle,r_3").getpixel((0, 0)) == image.getpixel((0, 2))


def test_the_source_stays_as_it_was() -> None:
    """An operation is pure."""
    image = noise("RGBA", (21, 21))
    before = image.tobytes()
    applied(image, "circle,r_10")
    assert image.tobytes() == before
