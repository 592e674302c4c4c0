"""Arithmetic of one-dimensional filter kernels, without pictures (C-67)."""

import math
from collections.abc import Sequence
from itertools import accumulate

type Kernel = Sequence[float]
"""Weights of an odd number of pixels, the same on both sides, 1 in all."""


def gaussian(radius: int, deviation: float) -> Kernel:
    """The kernel that `blur` asks for: exp(−i²/2s²) from −r to r, normalised."""
    bell = [math.exp(-i * i / (2 * deviation**2)) for i in range(-radius, radius + 1)]
    total = sum(bell)
    return [weight / total for weight in bell]


def variance(kernel: Kernel) -> float:
    """Mean square of the distance from the middle."""
    middle = len(kernel) // 2
    return sum(weight * (i - middle) ** 2 for i, weight in enumerate(kernel))


def box_radius(spread: float) -> float:
    """Radius of the box filter of that variance; its outermost pixels count in part."""
    whole = int((math.sqrt(1 + 12 * spread) - 1) / 2)
    rest = spread - whole * (whole + 1) / 3
    return whole + rest * (2 * whole + 1) / (2 * ((whole + 1) ** 2 - spread))


def boxed(kernel: Kernel, radius: float, step: int = 1) -> Kernel:
    """Convolve with a box filter that looks at every `step`-th pixel."""
    whole = int(radius)
    reach = (whole + 1) * step
    beyond = [0.0] * (2 * reach)
    padded = [*beyond, *kernel, *beyond]
    sums = padded.copy()
    for i in range(step, len(sums)):
        sums[i] += sums[i - step]
    return [
        (
            sums[i + whole * step]
            - sums[i - reach]
            + (radius - whole) * (padded[i - reach] + padded[i + reach])
        )
        / (2 * radius + 1)
        for i in range(reach, len(padded) - reach)
    ]


def blended(one: Kernel, other: Kernel, share: float) -> Kernel:
    """Mix two kernels, `share` of the other into the one."""
    pairs = _aligned(one, other)
    return [(1 - share) * a + share * b for a, b in pairs]


def edge_error(one: Kernel, other: Kernel) -> float:
    """Largest difference that two kernels make beside an edge, as part of its height."""
    return max(abs(gap) for gap in accumulate(a - b for a, b in _aligned(one, other)))


def _aligned(one: Kernel, other: Kernel) -> list[tuple[float, float]]:
    half = max(len(one), len(other)) // 2
    return list(zip(_widened(one, half), _widened(other, half), strict=True))


def _widened(kernel: Kernel, half: int) -> Kernel:
    beyond = [0.0] * (half - len(kernel) // 2)
    return [*beyond, *kernel, *beyond]


def block_kernel(block: int) -> Kernel:
    """What averaging blocks and enlarging them bicubically do to a pixel, on average.

    The middles of even blocks lie between two pixels.
    """
    if block == 1:
        return [1.0]
    last = 2 * block - (0.5 if block % 2 == 0 else 1.0)
    spread = [_bicubic((i - last) / block) / block for i in range(int(2 * last) + 1)]
    width = len(spread) + block - 1
    return [sum(spread[max(0, i - block + 1) : i + 1]) / block for i in range(width)]


def _bicubic(distance: float) -> float:
    """Weight of a sample at a distance, as Pillow interpolates."""
    away = abs(distance)
    if away < 1:
        return (1.5 * away - 2.5) * away**2 + 1
    return ((2.5 - 0.5 * away) * away - 4) * away + 2 if away < 2 else 0.0
