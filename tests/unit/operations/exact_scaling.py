"""Sizes to try geometry on, and scaling in exact fractions to hold it against."""

import random
from collections.abc import Iterator
from fractions import Fraction

from darkroom.geometry import Size

SEED = 20_240_601


def sizes(count: int) -> Iterator[Size]:
    """Draw sizes: small, large, one pixel thin, square, and a pixel off square."""
    draw = random.Random(SEED)
    for _ in range(count):
        width, height = draw.randint(1, 40), draw.randint(1, 40)
        match draw.randrange(6):
            case 0:
                width = 1
            case 1:
                width, height = draw.randint(1, 30_000), draw.randint(1, 30_000)
            case 2:
                height = width + draw.choice((-1, 0, 1)) or 1
            case 3:
                width *= draw.randint(1, 700)
                height *= width
        yield width, height


def boxes(size: Size, draw: random.Random) -> Size:
    """Draw a box that often has the picture's ratio, or nearly."""
    if draw.random() < 0.5:
        return draw.randint(1, 16_384), draw.randint(1, 16_384)
    share = Fraction(draw.randint(1, 60), draw.randint(1, 60))
    width, height = (max(1, int(side * share)) for side in size)
    return max(1, width + draw.choice((-1, 0, 0, 1))), height


def pairs(count: int) -> Iterator[tuple[Size, Size]]:
    """Draw a size and a box for it."""
    draw = random.Random(SEED + 1)
    for size in sizes(count):
        yield size, boxes(size, draw)


def half_up(value: Fraction) -> int:
    """Round as the interface does: floor of a half more, but no side vanishes."""
    return max(1, (value + Fraction(1, 2)).__floor__())


def scaled(size: Size, share: Fraction) -> Size:
    """Scale both sides exactly, then round each."""
    return half_up(size[0] * share), half_up(size[1] * share)
