"""Approximates a truncated Gaussian by box filters, whose cost is independent of the radius (C-67).

Two or three successive box filters approximate the bell curve. A kernel that is truncated early
ends in a step, for which a single wide box filter is blended in. A wide kernel is applied to a
picture that is averaged in blocks and enlarged again; both count as part of the kernel.
docs/decisions/050 has the measurements.
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from msgspec import Struct

type Kernel = Sequence[float]
"""Weights of an odd number of pixels, symmetric, with the sum 1."""


def gaussian(radius: int, deviation: float) -> Kernel:
    """Return the kernel of `blur`: exp(−i²/2s²) from −r to r, normalised."""
    bell = [math.exp(-i * i / (2 * deviation**2)) for i in range(-radius, radius + 1)]
    total = sum(bell)
    return [weight / total for weight in bell]


def variance(kernel: Kernel) -> float:
    """Return the mean squared distance from the centre."""
    middle = len(kernel) // 2
    return sum(weight * (i - middle) ** 2 for i, weight in enumerate(kernel))


def box_radius(spread: float) -> float:
    """Return the radius of the box filter of a variance; a fraction weighs the outermost pixels."""
    whole = int((math.sqrt(1 + 12 * spread) - 1) / 2)
    rest = spread - whole * (whole + 1) / 3
    return whole + rest * (2 * whole + 1) / (2 * ((whole + 1) ** 2 - spread))


def convolve_box(kernel: Kernel, radius: float, step: int = 1) -> Kernel:
    """Return the kernel convolved with a box filter that samples every `step`-th pixel."""
    whole = int(radius)
    reach = (whole + 1) * step
    padding = [0.0] * (2 * reach)
    padded = [*padding, *kernel, *padding]
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
    """Return the weighted mean of two kernels, with `share` as the weight of the second."""
    pairs = _aligned(one, other)
    return [(1 - share) * a + share * b for a, b in pairs]


def edge_error(one: Kernel, other: Kernel) -> float:
    """Return the largest difference of two kernels next to a step edge, relative to its height."""
    return max(abs(gap) for gap in accumulate(a - b for a, b in _aligned(one, other)))


def _aligned(one: Kernel, other: Kernel) -> list[tuple[float, float]]:
    half = max(len(one), len(other)) // 2
    return list(zip(_widened(one, half), _widened(other, half), strict=True))


def _widened(kernel: Kernel, half: int) -> Kernel:
    padding = [0.0] * (half - len(kernel) // 2)
    return [*padding, *kernel, *padding]


def block_kernel(block: int) -> Kernel:
    """Return the mean kernel of averaging in blocks and enlarging bicubically.

    The centres of blocks of even size lie between two pixels.
    """
    if block == 1:
        return [1.0]
    last = 2 * block - (0.5 if block % 2 == 0 else 1.0)
    spread = [_bicubic((i - last) / block) / block for i in range(int(2 * last) + 1)]
    width = len(spread) + block - 1
    return [sum(spread[max(0, i - block + 1) : i + 1]) / block for i in range(width)]


def _bicubic(distance: float) -> float:
    """Return the weight of a sample at a distance, as in Pillow's bicubic filter."""
    away = abs(distance)
    if away < 1:
        return (1.5 * away - 2.5) * away**2 + 1
    return ((2.5 - 0.5 * away) * away - 4) * away + 2 if away < 2 else 0.0


_GOOD_ENOUGH = 2 / 255
"""The error at which no further box is added: two levels next to an edge from black to white."""

_BLOCK_IN_DEVIATIONS = 0.89
_STEP_TIMES_BLOCK = 12 / 255
_MAX_BLOCK = 4
"""Limits of a block's side: by the kernel's width, by the step at its end, and absolute."""

_SPLITS = 12
"""Number of divisions of the variance among the boxes that are tried."""


class BoxFilters(Struct, frozen=True, kw_only=True):
    """Box filters, each as a radius in reduced pixels, which may be fractional."""

    bell: tuple[float, ...]
    """Filters that are applied one after another."""
    plateau: float = 0
    """A filter of the original, whose result is blended in."""
    share: float = 0
    """The weight of the plateau."""
    error: float
    """The `edge_error` to the exact kernel."""

    @property
    def reach(self) -> int:
        """Distance in reduced pixels of the farthest pixel with a weight."""
        return max(sum(map(math.ceil, self.bell)), math.ceil(self.plateau))


class BlurPlan(Struct, frozen=True, kw_only=True):
    """The steps that approximate a kernel: average in blocks, filter, enlarge."""

    block: int
    boxes: BoxFilters


@lru_cache(maxsize=64)
def plan_blur(radius: int, deviation: int) -> BlurPlan:
    """Return the fewest boxes within `_GOOD_ENOUGH` of the kernel, else the best ones."""
    target = gaussian(radius, deviation)
    block = _block(target)
    found: list[BoxFilters] = []
    for candidates in (
        _bells(target, block, 2),
        _bells(target, block, 3),
        _plateaus(target, block),
    ):
        found.extend(candidates)
        best = min(found, key=lambda boxes: boxes.error)
        if best.error <= _GOOD_ENOUGH:
            break
    return BlurPlan(block=block, boxes=best)


def _block(target: Kernel) -> int:
    """Return the side of the blocks that may be averaged before filtering."""
    by_width = _BLOCK_IN_DEVIATIONS * math.sqrt(variance(target))
    # The weights of a narrow kernel reach zero long before its end.
    by_step = _STEP_TIMES_BLOCK / max(target[0], 1e-9)
    return max(1, int(min(by_width, by_step, _MAX_BLOCK)))


def _bells(target: Kernel, block: int, count: int) -> Iterator[BoxFilters]:
    """Yield successive boxes with the kernel's variance; the first may be wider than the others."""
    for bell, kernel in _divided(variance(target), block, count):
        yield BoxFilters(bell=bell, error=edge_error(kernel, target))


def _plateaus(target: Kernel, block: int) -> Iterator[BoxFilters]:
    """Yield a box as wide as the kernel for its step, and two boxes for the rest."""
    share = target[0] * len(target)
    half = len(target) // 2
    flat = half * (half + 1) / 3
    bell_variance = (variance(target) - share * flat) / (1 - share)
    for (plateau,), wide in _divided(flat, block, 1):
        for bell, narrow in _divided(bell_variance, block, 2):
            error = edge_error(blended(narrow, wide, share), target)
            yield BoxFilters(bell=bell, plateau=plateau, share=share, error=error)


def _divided(spread: float, block: int, count: int) -> Iterator[tuple[tuple[float, ...], Kernel]]:
    """Yield radii of successive boxes of a variance in all, and the kernel that they form.

    Yields nothing where averaging in blocks alone exceeds the variance.
    """
    base = block_kernel(block)
    left = (spread - variance(base)) / block**2
    if left < 0:
        return
    for first in _first_shares(count):
        others = [box_radius(left * (1 - first) / (count - 1))] * (count - 1) if first < 1 else []
        radii = (box_radius(left * first), *others)
        kernel = base
        for radius in radii:
            kernel = convolve_box(kernel, radius, block)
        yield radii, kernel


def _first_shares(count: int) -> Iterator[float]:
    """Yield the first box's share of the variance, from all of it down to an equal share."""
    yield 1
    if count > 1:
        yield from (1 - (1 - 1 / count) * i / _SPLITS for i in range(1, _SPLITS + 1))
