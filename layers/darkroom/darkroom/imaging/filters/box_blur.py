"""A Gaussian as a few box filters, which cost the same at any radius (C-67).

Two or three of them one after another come close to a bell; where the kernel is cut off
early and ends in a step, a single one that makes the step is blended in. A wide kernel acts
on a picture reduced by whole blocks, which is enlarged again afterwards: both are counted
as part of the kernel. docs/decisions/050 has the measurements.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
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


_GOOD_ENOUGH = 2 / 255
"""An error not worth another box: two levels beside an edge from black to white."""

_BLOCK_IN_DEVIATIONS = 0.89
_STEP_TIMES_BLOCK = 12 / 255
_MAX_BLOCK = 4
"""How coarse blocks may be beside the kernel's width and the step at its end, and at all."""

_SPLITS = 12
"""In how many steps the best division of the width among the boxes is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFilters:
    """Box filters, each by its radius in reduced pixels, which may be fractional."""

    bell: tuple[float, ...]
    """One after another."""
    plateau: float = 0
    """One beside them."""
    share: float = 0
    """How much of the plateau is blended in."""
    error: float
    """The largest error beside an edge, as part of its height."""

    @property
    def reach(self) -> int:
        """How many reduced pixels away another one still counts."""
        return max(sum(map(math.ceil, self.bell)), math.ceil(self.plateau))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlurPlan:
    """What stands for a kernel: reduce by blocks, filter, enlarge."""

    block: int
    boxes: BoxFilters


@lru_cache(maxsize=64)
def plan_blur(radius: int, deviation: int) -> BlurPlan:
    """Choose the boxes for a kernel: the fewest that are good enough, else the best."""
    target = gaussian(radius, deviation)
    block = _block(target)
    found: list[BoxFilters] = []
    for family in (_bells(target, block, 2), _bells(target, block, 3), _plateaus(target, block)):
        found.extend(family)
        best = min(found, key=lambda boxes: boxes.error)
        if best.error <= _GOOD_ENOUGH:
            break
    return BlurPlan(block=block, boxes=best)


def _block(target: Kernel) -> int:
    """Choose the side of the blocks: pixels that may be averaged before the kernel acts."""
    by_width = _BLOCK_IN_DEVIATIONS * math.sqrt(variance(target))
    # The weights of a narrow kernel reach zero long before its end.
    by_step = _STEP_TIMES_BLOCK / max(target[0], 1e-9)
    return max(1, int(min(by_width, by_step, _MAX_BLOCK)))


def _bells(target: Kernel, block: int, count: int) -> Iterator[BoxFilters]:
    """Divide the width among boxes: the first may be wider than the others."""
    for bell, kernel in _divided(variance(target), block, count):
        yield BoxFilters(bell=bell, error=edge_error(kernel, target))


def _plateaus(target: Kernel, block: int) -> Iterator[BoxFilters]:
    """Take the widest box out of the kernel; two boxes make the hill that is left."""
    share = target[0] * len(target)
    half = len(target) // 2
    flat = half * (half + 1) / 3
    hill = (variance(target) - share * flat) / (1 - share)
    for (plateau,), wide in _divided(flat, block, 1):
        for bell, narrow in _divided(hill, block, 2):
            error = edge_error(blended(narrow, wide, share), target)
            yield BoxFilters(bell=bell, plateau=plateau, share=share, error=error)


def _divided(spread: float, block: int, count: int) -> Iterator[tuple[tuple[float, ...], Kernel]]:
    """Give radii of boxes that make up a variance together, and what they come to.

    Nothing where the blocks are wider than that by themselves.
    """
    base = block_kernel(block)
    left = (spread - variance(base)) / block**2
    if left < 0:
        return
    for own in _first_shares(count):
        others = [box_radius(left * (1 - own) / (count - 1))] * (count - 1) if own < 1 else []
        radii = (box_radius(left * own), *others)
        kernel = base
        for radius in radii:
            kernel = boxed(kernel, radius, block)
        yield radii, kernel


def _first_shares(count: int) -> Iterator[float]:
    """Give the first of some boxes all of the variance, then less, down to as much as each."""
    yield 1
    if count > 1:
        yield from (1 - (1 - 1 / count) * i / _SPLITS for i in range(1, _SPLITS + 1))
