"""The mean colour near the mean hue, against a model in exact fractions or numpy."""

import colorsys
import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from darkroom.imaging.operations.average_hue import average, hue
from tests.conftest import Data
from tests.unit.operations.applied import Samples, noise, samples

bytes_of_colour = st.integers(0, 255)
colours = st.tuples(bytes_of_colour, bytes_of_colour, bytes_of_colour)


@given(colours)
def test_hue_is_the_angle_of_the_hsv_model(colour: tuple[int, int, int]) -> None:
    """The hue is that of `colorsys.rgb_to_hsv`, in degrees."""
    expected = colorsys.rgb_to_hsv(*(part / 255 for part in colour))[0] * 360
    assert hue(*colour) == pytest.approx(expected, abs=1e-9)


def exact_hue(red: int, green: int, blue: int) -> Fraction:
    """Work out degrees without rounding."""
    high, low = max(red, green, blue), min(red, green, blue)
    spread = Fraction(high - low)
    if not spread:
        return Fraction(0)
    if high == red:
        return (green - blue) / spread % 6 * 60
    if high == green:
        return ((blue - red) / spread + 2) * 60
    return ((red - green) / spread + 4) * 60


@given(
    st.lists(colours, min_size=1, max_size=30), st.lists(st.integers(1, 4), min_size=1, max_size=30)
)
def test_few_colours_are_judged_one_by_one(
    drawn: list[tuple[int, int, int]], repeats: list[int]
) -> None:
    """Exactly: mean hue, 46° around it, mean of what is near, rounded down (C-96)."""
    pixels = [c for c, n in zip(drawn, repeats, strict=False) for _ in range(n)]
    hues = [exact_hue(*pixel) for pixel in pixels]
    mean = sum(hues, Fraction(0)) / len(hues)
    assume(all(abs(abs(h - mean) - 46) > 1e-9 for h in hues))
    near = [p for p, h in zip(pixels, hues, strict=True) if abs(h - mean) <= 46] or pixels
    image = Image.new("RGB", (len(pixels), 1))
    image.putdata(pixels)
    assert average(image) == tuple(sum(p[band] for p in near) // len(near) for band in range(3))


def modelled(pixels: Samples) -> list[float]:
    """Go through all pixels of a picture."""
    red, green, blue = pixels.reshape(-1, 3).T
    high, low = np.maximum.reduce([red, green, blue]), np.minimum.reduce([red, green, blue])
    spread = np.where(high == low, 1, high - low)
    sixths = np.where(
        high == red,
        (green - blue) / spread % 6,
        np.where(high == green, (blue - red) / spread + 2, (red - green) / spread + 4),
    )
    hues = np.where(high == low, 0, sixths * 60)
    near = np.abs(hues - hues.mean()) <= 46
    return [float(band[near].mean()) for band in (red, green, blue)]


@pytest.mark.parametrize(
    "name",
    [
        *("example.jpg", "photo-2725x2225.jpg", "adobe-rgb.jpg", "nodejs-1024x768.png"),
        *("orientation-1.jpg", "cmyk-icc.jpg"),
    ],
)
def test_a_photograph_is_judged_by_steps_of_hue(sample: Data, name: str) -> None:
    """Within two levels of going through every pixel."""
    image = Image.open(io.BytesIO(sample(name))).convert("RGB")
    expected = modelled(samples(image))
    assert np.abs(np.array(average(image)) + 0.5 - expected).max() <= 2


def test_noise_is_judged_by_steps_of_hue() -> None:
    """Noise keeps within the same two levels."""
    image = noise("RGB", (300, 200))
    expected = modelled(samples(image))
    assert np.abs(np.array(average(image)) + 0.5 - expected).max() <= 2
