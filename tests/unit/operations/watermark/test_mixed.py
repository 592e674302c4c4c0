"""Text and picture in one mark (spec 02 §15.4): each is found where the row puts it."""

import numpy as np
import pytest
from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.operations.watermark.layout import layout_row
from darkroom.imaging.operations.watermark.typesetting import typeset
from tests.pictures import coded, place, stored
from tests.unit.operations.applied import applied, samples
from tests.unit.operations.watermark.marking import FONTS, context, lettered, reference, written

GROUND = Image.new("RGB", (500, 300), "white")
TEXT = "Hello 图片"


def mixed(mark: Image.Image, arguments: str) -> Image.Image:
    """Draw both."""
    text = f"watermark,{reference('mark')},{written(TEXT)},{arguments}"
    return applied(GROUND, text, context=context({"mark": stored(mark)}))


@pytest.mark.parametrize("interval", [0, 17])
@pytest.mark.parametrize("align", [0, 1, 2])
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("height", [20, 51, 90])
def test_text_and_picture_stand_in_a_row(
    height: int, order: int, align: int, interval: int
) -> None:
    """0 puts the picture first, 1 the text; both are as they are alone."""
    mark = coded((60, height))
    line = typeset(TEXT, "wqy-zenhei", 40, FONTS)
    sizes = [mark.size, line.size] if order == 0 else [line.size, mark.size]
    size, corners = layout_row(sizes, interval, align)
    left, top = 500 - size[0] - 10, 300 - size[1] - 10
    picture, text = (corners if order == 0 else corners[::-1])[:2]
    result = mixed(mark, f"order_{order},align_{align},interval_{interval}")
    assert_is_there(result, mark, (left + picture[0], top + picture[1]))
    alone = lettered(GROUND, TEXT, f"g_nw,x_{left + text[0]},y_{top + text[1]}")
    result.paste("white", (left + picture[0], top, left + picture[0] + 60, 300))
    assert np.array_equal(samples(result), samples(alone))


def assert_is_there(image: Image.Image, mark: Image.Image, corner: Size) -> None:
    """First and last pixel of a coded mark tell where it lies."""
    right, bottom = mark.width - 1, mark.height - 1
    assert place(image, *corner) == (0, 0)
    assert place(image, corner[0] + right, corner[1] + bottom) == (right, bottom)


def test_the_defaults_are_picture_first_on_a_common_bottom_without_a_gap() -> None:
    """`order_0,align_2,interval_0` (C-92)."""
    mark = coded((60, 20))
    assert mixed(mark, "") == mixed(mark, "order_0,align_2,interval_0")


def test_the_row_is_one_mark() -> None:
    """Its place is that of the whole, and tiles repeat the whole."""
    mark = coded((60, 51))
    width = 60 + typeset(TEXT, "wqy-zenhei", 40, FONTS).size[0] + 5
    centred = mixed(mark, "g_center,interval_5")
    assert_is_there(centred, mark, ((500 - width) // 2, (300 - 51) // 2))
    tiled = mixed(mark, "fill_1,interval_5,padx_3,pady_9")
    assert_is_there(tiled, mark, (0, 0))
    assert_is_there(tiled, mark, (width + 3, 60))


def test_opacity_fades_both() -> None:
    """`t` is that of the whole mark."""
    opaque, faded = (samples(mixed(coded((60, 40)), f"t_{t},shadow_40")) for t in (100, 25))
    assert np.abs((255 - opaque) * 0.25 - (255 - faded)).max() <= 2


def test_either_may_bring_colour_to_a_grey_picture() -> None:
    """C-117: a grey one stays grey only under grey marks."""
    grey, red = Image.new("L", (9, 9), 70), Image.new("RGB", (9, 9), "red")
    found = []
    for mark in (grey, red):
        for colour in ("808080", "ff0000"):
            text = f"watermark,{reference('mark')},{written('Hi')},color_{colour}"
            marks = context({"mark": stored(mark)})
            found.append(applied(Image.new("L", (200, 80)), text, context=marks).mode)
    assert found == ["L", "RGB", "RGB", "RGB"]
