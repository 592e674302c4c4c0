"""Marks all over the picture (C-81), proven by marks whose pixels tell their place."""

import random

import numpy as np
import pytest
from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.operations.watermark.typesetting import typeset
from tests.pictures import coded
from tests.unit.operations.applied import Samples, noise, samples
from tests.unit.operations.watermark.marking import FONTS, lettered, marked


def covered(base: Samples, mark: Samples, gaps: Size) -> Samples:
    """Say of every pixel of the picture which one of the mark it shows, if any."""
    rows, columns = np.indices(base.shape[:2])
    x, y = columns % (mark.shape[1] + gaps[0]), rows % (mark.shape[0] + gaps[1])
    inside = (x < mark.shape[1]) & (y < mark.shape[0])
    result = base.copy()
    result[inside] = mark[y[inside], x[inside]]
    return result


CASES = [
    ((400, 267), (100, 50), (0, 0)),
    ((400, 267), (100, 50), (30, 20)),
    ((400, 267), (1, 1), (0, 0)),
    ((400, 267), (1, 1), (1, 0)),
    ((400, 267), (7, 3), (0, 1)),
    ((400, 267), (400, 267), (0, 0)),
    ((400, 267), (500, 300), (5, 5)),
    ((400, 267), (500, 10), (0, 0)),
    ((400, 267), (10, 300), (4096, 0)),
    ((1, 1), (3, 3), (0, 0)),
    ((1100, 1030), (3, 2), (2, 3)),
    ((2100, 1100), (300, 1), (0, 0)),
    ((2100, 1100), (1030, 1050), (11, 7)),
]


@pytest.mark.parametrize(
    ("size", "mark", "gaps"), CASES, ids=[f"{s}-{m}-padx_{g[0]},pady_{g[1]}" for s, m, g in CASES]
)
def test_tiles_begin_at_the_upper_left_and_repeat(size: Size, mark: Size, gaps: Size) -> None:
    """Each pixel shows what its place modulo mark and gap says; edges cut the last tiles."""
    base, tile = noise("RGB", size), coded(mark)
    result = marked(base, tile, f"fill_1,padx_{gaps[0]},pady_{gaps[1]}")
    assert np.array_equal(samples(result), covered(samples(base), samples(tile), gaps))


def test_tiles_of_any_size_and_gap_repeat() -> None:
    """The same over random sizes; gravity and distances do not count."""
    draw = random.Random(81)
    for _ in range(400):
        size = draw.randint(1, 40), draw.randint(1, 40)
        mark = draw.randint(1, 50), draw.randint(1, 50)
        gaps = draw.choice((0, draw.randint(0, 60))), draw.choice((0, draw.randint(0, 60)))
        base, tile = noise("RGB", size), coded(mark)
        arguments = f"fill_1,padx_{gaps[0]},pady_{gaps[1]},g_center,x_3,y_4,voffset_5"
        wanted = covered(samples(base), samples(tile), gaps)
        assert np.array_equal(samples(marked(base, tile, arguments)), wanted), (size, mark, gaps)


def test_gaps_count_only_between_tiles() -> None:
    """Without `fill_1` they mean nothing."""
    base, mark = noise("RGB", (30, 20)), coded((4, 4))
    assert marked(base, mark, "padx_9,pady_9") == marked(base, mark)


def test_text_tiles_too() -> None:
    """Every tile is the first one again, at a step of advance and height plus gaps."""
    base = Image.new("L", (500, 200), 255)
    once = samples(lettered(base, "图片", "size_20,g_nw,x_0,y_0"))[:, :, 0]
    tiled = samples(lettered(base, "图片", "size_20,fill_1,padx_3,pady_5"))[:, :, 0]
    width, height = typeset("图片", "wqy-zenhei", 20, FONTS).size
    tile = once[:height, :width]
    assert tile.min() < 40
    for top in range(0, 200 - height, height + 5):
        for left in range(0, 500 - width, width + 3):
            assert np.array_equal(tiled[top : top + height, left : left + width], tile)


def test_letters_that_lean_out_of_a_tile_are_not_cut() -> None:
    """A tile's `j` reaches into the gap before it, as far as it does alone."""
    base = Image.new("L", (900, 90), 255)
    width = typeset("j", "wqy-zenhei", 60, FONTS).size[0] + 20
    tiled = samples(lettered(base, "j", "size_60,fill_1,padx_20,shadow_40"))
    for left in range(width, 900 - width, width):
        alone = samples(lettered(base, "j", f"size_60,shadow_40,g_nw,y_0,x_{left}"))
        gap = slice(left - 10, left + width - 10)
        assert np.array_equal(tiled[:70, gap], alone[:70, gap])
        assert alone[:, left - 10 : left].min() < 100
