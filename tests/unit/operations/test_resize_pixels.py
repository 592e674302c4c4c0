"""`resize` (spec 02 §1.2, §1.4): where its pixels come from, and what they look like."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality import area_average, ssim
from darkroom.geometry import Size
from tests.pictures import coded, difference, place
from tests.unit.operations.applied import applied, noise


@pytest.mark.parametrize(
    ("size", "box", "corner"),
    [((200, 80), (150, 80), (25, 0)), ((80, 201), (80, 100), (0, 50)), ((7, 5), (2, 5), (2, 0))],
    ids=str,
)
def test_fill_keeps_the_middle(size: Size, box: Size, corner: Size) -> None:
    """Where nothing has to be scaled, each pixel tells where it comes from: left is floored."""
    result = applied(coded(size), f"resize,m_fill,w_{box[0]},h_{box[1]}")
    assert result.size == box
    last = corner[0] + box[0] - 1, corner[1] + box[1] - 1
    assert place(result, 0, 0) == corner
    assert place(result, box[0] - 1, box[1] - 1) == last


def test_pad_keeps_the_picture_in_the_middle() -> None:
    """Red above and below, the smaller half above (spec 02 §1.5)."""
    result = applied(coded((100, 67)), "resize,m_pad,h_100,w_100,color_FF0000")
    assert result.size == (100, 100)
    assert result.crop((0, 0, 100, 16)).getcolors() == [(1600, (255, 0, 0))]
    assert result.crop((0, 83, 100, 100)).getcolors() == [(1700, (255, 0, 0))]
    assert difference(result.crop((0, 16, 100, 83)), coded((100, 67))) == 0


def test_a_scaled_picture_lies_where_it_should_on_its_canvas() -> None:
    """400×267 into 100×100: rows 0–15 and 83–99 are padding."""
    result = applied(Image.new("RGB", (400, 267), "blue"), "resize,m_pad,w_100,h_100,color_FF0000")
    rows = [result.getpixel((50, y)) for y in range(100)]
    assert rows == [(255, 0, 0)] * 16 + [(0, 0, 255)] * 67 + [(255, 0, 0)] * 17


PADDED = [("w_2,h_4", "limit_1"), ("w_2,h_2", "limit_1"), ("w_4,h_4", "limit_0")]


@pytest.mark.parametrize(("box", "limit"), PADDED, ids=["wider", "same", "larger"])
def test_a_padded_picture_is_opaque_on_its_colour(box: str, limit: str) -> None:
    """Also where the picture fills its canvas; half transparent red on white is pink (C-47)."""
    image = Image.new("RGBA", (2, 2), (255, 0, 0, 128))
    result = applied(image, f"resize,m_pad,{box},{limit}")
    assert result.mode == "RGB"
    assert result.getpixel((0, result.height // 2)) == (255, 127, 127)


def test_a_picture_that_is_not_padded_keeps_its_transparency() -> None:
    """The limit keeps it from growing, and a percentage knows no mode."""
    image = Image.new("RGBA", (2, 2), (255, 0, 0, 128))
    for text in ("m_pad,w_4,h_4", "m_pad,p_100", "m_pad,p_50"):
        assert applied(image, f"resize,{text}").mode == "RGBA"


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_mode_stays_itself(mode: str) -> None:
    """Scaling introduces no colour and no transparency."""
    assert applied(noise(mode, (9, 7)), "resize,w_5").mode == mode
    assert applied(noise(mode, (9, 7)), "resize,m_fill,w_5,h_5").mode == mode


def test_grey_on_a_grey_ground_stays_grey() -> None:
    """A coloured one needs colour."""
    grey = Image.new("L", (4, 2))
    assert applied(grey, "resize,m_pad,w_4,h_4,color_808080").mode == "L"
    assert applied(grey, "resize,m_pad,w_4,h_4,color_808081").mode == "RGB"


@pytest.mark.parametrize("width", [400, 250, 239, 190, 161, 159, 150, 66])
def test_shrinking_looks_like_area_averaging(width: int) -> None:
    """SSIM of 0.995 and more on a busy picture, whatever the ratio (C-51)."""
    busy = noise("L", (75, 50)).resize((600, 400), Image.Resampling.BICUBIC)
    result = applied(busy, f"resize,w_{width}")
    exact = area_average(np.asarray(busy, float), result.size)
    assert ssim(exact, np.asarray(result, float)) > 0.995


def test_a_ramp_stays_a_ramp_when_it_is_scaled_and_cut() -> None:
    """Pixel centres map to pixel centres: no shift of half a pixel, within one level."""
    ramp = Image.frombytes("L", (256, 1), bytes(range(256))).resize((256, 300))
    filled = applied(ramp, "resize,m_fill,w_64,h_150")
    # 128 columns of two pixels each; the middle 64 begin with the 32nd.
    wanted = [2 * (32 + column) + 0.5 for column in range(64)]
    row = [filled.getpixel((column, 75)) for column in range(64)]
    assert all(abs(int(got) - want) <= 1 for got, want in zip(row, wanted, strict=True))  # type: ignore[arg-type]


def test_transparent_pixels_lend_no_colour_to_their_neighbours() -> None:
    """Colours are weighted by their alpha: no dark halo around a cut-out."""
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((250, 200, 40, 255), (0, 0, 33, 64))
    for x in range(16):
        pixel = applied(image, "resize,w_16").getpixel((x, 8))
        assert isinstance(pixel, tuple)
        if pixel[3] > 8:
            assert all(abs(a - b) <= 8 for a, b in zip(pixel, (250, 200, 40), strict=False))


def test_equal_size_changes_no_pixel() -> None:
    """Scaling to the size it has is no scaling."""
    image = noise("RGB", (9, 7))
    assert applied(image, "resize,w_9,h_7") is image
    assert difference(applied(image, "resize,m_pad,w_9,h_7"), image) == 0
