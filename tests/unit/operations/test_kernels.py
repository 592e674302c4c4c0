"""Kernel arithmetic against numpy, and against what Pillow does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darkroom.imaging.filters.box_blur import (
    blended,
    block_kernel,
    box_radius,
    convolve_box,
    edge_error,
    gaussian,
    variance,
)


def box(radius: float) -> list[float]:
    """Write a box filter out, its outermost pixels in part."""
    whole = int(radius)
    row = [radius - whole, *[1.0] * (2 * whole + 1), radius - whole]
    return [weight / (2 * radius + 1) for weight in row]


@given(radius=st.integers(1, 50), deviation=st.integers(1, 50))
def test_the_gaussian_is_the_one_of_the_interface(radius: int, deviation: int) -> None:
    """Taps −r…r of exp(−i²/2s²), normalised (C-67)."""
    taps = np.arange(-radius, radius + 1)
    bell = np.exp(-(taps**2) / (2 * deviation**2))
    assert np.allclose(gaussian(radius, deviation), bell / bell.sum())


@given(radius=st.floats(0, 60))
def test_a_box_is_found_by_its_variance(radius: float) -> None:
    """The radius comes back, fractions included."""
    assert box_radius(variance(box(radius))) == pytest.approx(radius, abs=1e-6)


@given(
    kernel=st.lists(st.floats(0, 1), min_size=1, max_size=9).filter(lambda k: len(k) % 2 == 1),
    radius=st.floats(0, 6),
    step=st.integers(1, 4),
)
def test_boxing_is_a_convolution(kernel: list[float], radius: float, step: int) -> None:
    """The same as numpy's with the box's taps spread `step` apart."""
    taps = box(radius)
    spread = np.zeros((len(taps) - 1) * step + 1)
    spread[::step] = taps
    assert np.allclose(convolve_box(kernel, radius, step), np.convolve(kernel, spread))


def test_kernels_of_different_length_are_centred_on_each_other() -> None:
    """Mixing and comparing start from the middle pixel."""
    assert blended([1.0], [0.25, 0.5, 0.25], 0.5) == [0.125, 0.75, 0.125]
    assert edge_error([1.0], [0.25, 0.5, 0.25]) == 0.25


@pytest.mark.parametrize("block", [1, 2, 3, 4, 5])
def test_blocks_are_what_pillow_makes_of_them(block: int) -> None:
    """Averaging blocks and enlarging bicubically, over all places of a pixel in its block."""
    size = 12 * block
    total = np.zeros(6 * block + 1)
    for place in range(5 * block, 6 * block):
        line = Image.new("F", (size, 1))
        line.putpixel((place, 0), 1.0)
        small = line.resize((12, 1), Image.Resampling.BOX)
        large = small.resize((size, 1), Image.Resampling.BICUBIC)
        response = np.array([large.getpixel((x, 0)) for x in range(size)])
        total += response[place - 3 * block : place + 3 * block + 1]
    kernel = np.array(block_kernel(block))
    half = len(kernel) // 2
    assert np.allclose(total[3 * block - half : 3 * block + half + 1] / block, kernel, atol=1e-6)
    assert kernel.sum() == pytest.approx(1)
