"""Integer box arithmetic, against fractions and counted-out rows of pixels.

The model knows nothing of cross-multiplication: it scales with exact fractions, and cuts by
slicing a list of column numbers.
"""

import random
from fractions import Fraction

import pytest

from darkroom.geometry import (
    GRAVITIES,
    Size,
    centre_offset,
    cover,
    crop_box,
    fit_inside,
    reduced_by,
    scale_length,
    scale_percent,
    scale_to_height,
    scale_to_width,
    slice_bounds,
)
from tests.unit.operations.exact_scaling import SEED, pairs, scaled, sizes


def shares(size: Size, box: Size) -> list[Fraction]:
    """Give the factors that make width and height fit the box."""
    return [Fraction(target, side) for target, side in zip(box, size, strict=True)]


def test_contained_is_the_largest_that_fits() -> None:
    """The factor is the smaller of both; the side that set it is exact (spec 02 §1.2)."""
    for size, box in pairs(6000):
        fitted = fit_inside(size, box)
        assert fitted == scaled(size, min(shares(size, box))), (size, box)
        assert fitted[0] == box[0] or fitted[1] == box[1]
        assert fitted[0] <= box[0]
        assert fitted[1] <= box[1]


def test_covering_is_the_smallest_that_covers() -> None:
    """The factor is the larger of both, so that nothing of the box stays empty."""
    for size, box in pairs(6000):
        fitted = cover(size, box)
        assert fitted == scaled(size, max(shares(size, box))), (size, box)
        assert fitted[0] == box[0] or fitted[1] == box[1]
        assert fitted[0] >= box[0]
        assert fitted[1] >= box[1]


def test_equal_ratios_give_the_box_itself() -> None:
    """No rounding comes between a picture and a box of its own shape."""
    draw = random.Random(SEED)
    for width, height in sizes(2000):
        times = draw.randint(1, 9)
        box = width * times, height * times
        assert fit_inside((width, height), box) == cover((width, height), box) == box
        assert fit_inside(box, (width, height)) == cover(box, (width, height)) == (width, height)


def test_one_side_is_kept_and_the_other_follows() -> None:
    """By width or by height, half a pixel rounds up."""
    for size, (width, height) in pairs(4000):
        assert scale_to_width(size, width) == (width, scaled(size, Fraction(width, size[0]))[1])
        assert scale_to_height(size, height) == (scaled(size, Fraction(height, size[1]))[0], height)


def test_a_percentage_rounds_each_side_by_itself() -> None:
    """Half up, and one pixel at least (C-48)."""
    draw = random.Random(SEED)
    for size in sizes(4000):
        share = draw.randint(1, 1000)
        assert scale_percent(size, share) == scaled(size, Fraction(share, 100))


@pytest.mark.parametrize(
    ("length", "numerator", "denominator", "wanted"),
    [(267, 100, 400, 67), (5, 1, 2, 3), (3, 1, 2, 2), (1, 1, 2, 1), (1, 1, 1000, 1), (2, 1, 5, 1)],
)
def test_half_a_pixel_rounds_up(length: int, numerator: int, denominator: int, wanted: int) -> None:
    """Not to even, as Python's `round` would."""
    assert scale_length(length, numerator, denominator) == wanted


@pytest.mark.parametrize(
    ("inner", "outer", "offset"),
    [
        ((100, 67), (100, 100), (0, 16)),
        ((150, 75), (150, 80), (0, 2)),
        ((4, 4), (4, 4), (0, 0)),
        ((1, 2), (2, 4), (0, 1)),
    ],
)
def test_the_middle_is_floored(inner: Size, outer: Size, offset: Size) -> None:
    """The smaller half is above and at the left (spec 02 §1.2)."""
    assert centre_offset(inner, outer) == offset


def test_a_reduced_decode_is_recognised() -> None:
    """A decoder's picture is the size divided by its scale, rounded up."""
    for width, height in sizes(3000):
        for scale in (1, 2, 4, 8):
            if min(width, height) >= 2 * scale:
                pixels = len(range(0, width, scale)), len(range(0, height, scale))
                assert reduced_by((width, height), pixels) == scale


LETTERS = {
    "nw": ("w", "n"), "north": ("", "n"), "ne": ("e", "n"),
    "west": ("w", ""), "center": ("", ""), "east": ("e", ""),
    "sw": ("w", "s"), "south": ("", "s"), "se": ("e", "s"),
}  # fmt: skip
"""At which side and which height each anchor lies."""


def cut(side: int, want: int, where: str, shift: int) -> list[int]:
    """Slice the columns or rows that a crop keeps out of a counted list."""
    every = list(range(side))
    part = min(want, side) if want else side
    starts = {"": side // 2 - part // 2, "w": 0, "n": 0, "e": side - part, "s": side - part}
    start = starts[where] + shift
    return every[start : start + part]


def test_a_crop_keeps_the_rows_and_columns_that_its_gravity_names() -> None:
    """Origin by gravity, shifted right and down, clipped at the far edges (spec 02 §2)."""
    draw = random.Random(SEED)
    assert set(GRAVITIES) == set(LETTERS)
    for size in [size for size in sizes(6000) if max(size) <= 2000]:
        gravity = draw.choice(GRAVITIES)
        wanted = draw.randint(0, size[0] + 9), draw.randint(0, size[1] + 9)
        shift = draw.randint(0, size[0] + 1) // 2, draw.randint(0, size[1] + 1) // 2
        columns, rows = map(cut, size, wanted, LETTERS[gravity], shift)
        box = crop_box(size, wanted, gravity, shift)
        if not columns or not rows:
            assert box is None
        else:
            assert box == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)


def test_a_length_is_cut_into_pieces() -> None:
    """All of one length but the last; there is none behind it (spec 02 §3)."""
    draw = random.Random(SEED)
    for length, step in [(draw.randint(1, 300), draw.randint(1, 320)) for _ in range(1500)]:
        every = list(range(length))
        pieces = [every[start : start + step] for start in range(0, length, step)]
        cuts = [slice_bounds(length, step, index) for index in range(len(pieces))]
        assert cuts == [(one[0], one[-1] + 1) for one in pieces]
        assert slice_bounds(length, step, len(pieces)) is None
        assert slice_bounds(length, step, len(pieces) + 1000) is None
