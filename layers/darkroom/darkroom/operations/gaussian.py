"""A Gaussian as a few box filters, which cost the same at any radius (C-67).

Two or three of them one after another come close to a bell; where the kernel is cut off
early and ends in a step, a single one that makes the step is blended in. A wide kernel acts
on a picture reduced by whole blocks, which is enlarged again afterwards: both are counted
as part of the kernel. docs/decisions/050 has the measurements.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from darkroom.operations.kernels import (
    Kernel,
    blended,
    block_kernel,
    box_radius,
    boxed,
    edge_error,
    gaussian,
    variance,
)

_GOOD = 2 / 255
"""An error not worth another box: two levels beside an edge from black to white."""

_BLOCK_IN_DEVIATIONS = 0.89
_STEP_TIMES_BLOCK = 12 / 255
_LARGEST_BLOCK = 4
"""How coarse blocks may be beside the kernel's width and the step at its end, and at all."""

_SPLITS = 12
"""In how many steps the best division of the width among the boxes is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
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
class Smoothing:
    """What stands for a kernel: reduce by blocks, filter, enlarge."""

    block: int
    boxes: Boxes


@lru_cache(maxsize=64)
def smoothing(radius: int, deviation: int) -> Smoothing:
    """Choose the boxes for a kernel: the fewest that are good enough, else the best."""
    target = gaussian(radius, deviation)
    block = _block(target)
    found: list[Boxes] = []
    for family in (_bells(target, block, 2), _bells(target, block, 3), _plateaus(target, block)):
        found.extend(family)
        best = min(found, key=lambda boxes: boxes.error)
        if best.error <= _GOOD:
            break
    return Smoothing(block=block, boxes=best)


def _block(target: Kernel) -> int:
    """Choose the side of the blocks: pixels that may be averaged before the kernel acts."""
    by_width = _BLOCK_IN_DEVIATIONS * math.sqrt(variance(target))
    # The weights of a narrow kernel reach zero long before its end.
    by_step = _STEP_TIMES_BLOCK / max(target[0], 1e-9)
    return max(1, int(min(by_width, by_step, _LARGEST_BLOCK)))


def _bells(target: Kernel, block: int, count: int) -> Iterator[Boxes]:
    """Divide the width among boxes: the first may be wider than the others."""
    for bell, kernel in _divided(variance(target), block, count):
        yield Boxes(bell=bell, error=edge_error(kernel, target))


def _plateaus(target: Kernel, block: int) -> Iterator[Boxes]:
    """Take the widest box out of the kernel; two boxes make the hill that is left."""
    share = target[0] * len(target)
    half = len(target) // 2
    flat = half * (half + 1) / 3
    hill = (variance(target) - share * flat) / (1 - share)
    for (plateau,), wide in _divided(flat, block, 1):
        for bell, narrow in _divided(hill, block, 2):
            error = edge_error(blended(narrow, wide, share), target)
            yield Boxes(bell=bell, plateau=plateau, share=share, error=error)


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
