"""Where marks stand (spec 02 §15.1, §15.4), proven by marks whose pixels tell their place."""

import random
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from PIL import Image

from darkroom.geometry import GRAVITIES, Size
from darkroom.imaging.operations.watermark.layout import Anchor, layout_row
from tests.pictures import coded, place
from tests.unit.operations.applied import Samples, noise, samples
from tests.unit.operations.watermark.marking import marked

E = (400, 267)
MARK = (100, 50)

EXAMPLES = [
    ("g_nw,x_10,y_10", (10, 10)),
    ("g_north,x_10,y_10", (150, 10)),
    ("g_ne,x_10,y_10", (290, 10)),
    ("g_west,x_10,y_10", (10, 108)),
    ("g_center,x_10,y_10", (150, 108)),
    ("g_east,x_10,y_10", (290, 108)),
    ("g_sw,x_10,y_10", (10, 207)),
    ("g_south,x_10,y_10", (150, 207)),
    ("g_se,x_10,y_10", (290, 207)),
    ("", (290, 207)),
    ("g_east,x_10,voffset_20", (290, 128)),
    ("g_center,voffset_-20", (150, 88)),
    ("g_west,x_0,voffset_0", (0, 108)),
    ("g_nw,x_0,y_0,voffset_50", (0, 0)),
    ("g_north,x_90,y_5", (150, 5)),
    ("g_west,x_5,y_90", (5, 108)),
    ("g_se,x_0,y_0", (300, 217)),
]


@pytest.mark.parametrize(("arguments", "corner"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_a_worked_example_stands_in_its_place(arguments: str, corner: Size) -> None:
    """Every row of spec 02 §15.1 and 06 §4, C-78: all corners, and nothing around them."""
    result = marked(Image.new("RGB", E, "white"), coded(MARK), arguments)
    left, top = corner
    right, bottom = left + MARK[0] - 1, top + MARK[1] - 1
    assert result.size == E
    assert place(result, left, top) == (0, 0)
    assert place(result, right, bottom) == (99, 49)
    assert (place(result, right, top), place(result, left, bottom)) == ((99, 0), (0, 49))
    around = [(left - 1, top), (left, top - 1), (right + 1, top), (right, bottom + 1)]
    inside = [(x, y) for x, y in around if 0 <= x < E[0] and 0 <= y < E[1]]
    assert {result.getpixel(pixel) for pixel in inside} == {(255, 255, 255)}


def start(gravity: str, size: Size, mark: Size, shift: tuple[int, int, int]) -> Size:
    """Place a mark from the words of the table: sides by their letters, halves floored."""
    x, y, voffset = shift
    left, top = (floor(Fraction(outer - inner, 2)) for outer, inner in zip(size, mark, strict=True))
    top += voffset
    if gravity in ("nw", "north", "ne"):
        top = y
    elif gravity in ("sw", "south", "se"):
        top = size[1] - y - mark[1]
    if gravity in ("nw", "west", "sw"):
        left = x
    elif gravity in ("ne", "east", "se"):
        left = size[0] - x - mark[0]
    return left, top


def overlaid(base: Samples, mark: Samples, corner: Size) -> Samples:
    """Put one array over another pixel by pixel, where it meets it."""
    result = base.copy()
    for y in range(mark.shape[0]):
        for x in range(mark.shape[1]):
            column, row = corner[0] + x, corner[1] + y
            if 0 <= column < base.shape[1] and 0 <= row < base.shape[0]:
                result[row, column] = mark[y, x]
    return result


def test_a_mark_is_cut_at_whatever_edge_it_reaches_over() -> None:
    """Against a pixel by pixel model: larger than the picture, half outside, all outside (C-80)."""
    draw = random.Random(15)
    for _ in range(1500):
        size = draw.randint(1, 9), draw.randint(1, 9)
        mark_size = draw.randint(1, 14), draw.randint(1, 14)
        shift = draw.randint(0, 12), draw.randint(0, 12), draw.randint(-12, 12)
        gravity = draw.choice(GRAVITIES)
        base, mark = noise("RGB", size), coded(mark_size)
        arguments = f"g_{gravity},x_{shift[0]},y_{shift[1]},voffset_{shift[2]}"
        wanted = overlaid(samples(base), samples(mark), start(gravity, size, mark_size, shift))
        assert np.array_equal(samples(marked(base, mark, arguments)), wanted), (
            size,
            mark_size,
            arguments,
        )


def test_a_place_is_a_matter_of_numbers_alone() -> None:
    """Over large and odd sizes, also where the mark is larger than the picture."""
    draw = random.Random(16)
    for _ in range(5000):
        size = draw.randint(1, 30_000), draw.randint(1, 30_000)
        mark = draw.randint(1, 40_000), draw.randint(1, 3000)
        shift = draw.randint(0, 4096), draw.randint(0, 4096), draw.randint(-1000, 1000)
        gravity = draw.choice(GRAVITIES)
        placed = Anchor(gravity=gravity, x=shift[0], y=shift[1], voffset=shift[2])
        assert placed.corner(size, mark) == start(gravity, size, mark, shift)


@pytest.mark.parametrize(
    ("align", "corners"),
    [(0, [(0, 0), (37, 0)]), (1, [(0, 0), (37, 7)]), (2, [(0, 0), (37, 15)])],
    ids=["align_0", "align_1", "align_2"],
)
def test_marks_in_a_row_share_top_middle_or_bottom(align: int, corners: list[Size]) -> None:
    """Width is the sum with the interval, height the larger one's (spec 02 §15.4)."""
    assert layout_row([(30, 25), (20, 10)], 7, align) == ((57, 25), corners)
    assert layout_row([(20, 10), (30, 25)], 7, align)[0] == (57, 25)
