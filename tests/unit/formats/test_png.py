"""Transparent levels of PNG, in every depth that has them (C-117)."""

import pytest

from tests.colours import GREY, RGB, embedded, grey_profile, png
from tests.pictures import processed, shown

LEVELS = {
    "1-bit black": (1, b"\x40", b"\0\0", [(0, 0), (255, 255)]),
    "1-bit white": (1, b"\x40", b"\0\1", [(0, 255), (255, 0)]),
    "2-bit": (2, b"\x60", b"\0\1", [(85, 0), (170, 255)]),
    "4-bit": (4, b"\x1e", b"\0\x0e", [(17, 255), (238, 0)]),
    "8-bit": (8, b"\x03\xfe", b"\0\xfe", [(3, 255), (254, 0)]),
    "16-bit": (16, b"\x12\x34\x12\x35", b"\x12\x34", [(18, 0), (18, 255)]),
}


@pytest.mark.parametrize(("depth", "row", "level", "pixels"), LEVELS.values(), ids=LEVELS)
def test_one_level_of_grey_is_transparent(
    depth: int, row: bytes, level: bytes, pixels: list[object]
) -> None:
    """The level is counted in the samples of the file, all of their bits; grey stays grey."""
    data = png((2, 1), depth=depth, colour_type=GREY, rows=[row], chunks={b"tRNS": level})
    image = shown(processed(data, "image/auto-orient,1"))
    assert image.mode == "LA"
    assert [image.getpixel((x, 0)) for x in (0, 1)] == pixels


def test_one_colour_of_16_bits_is_transparent() -> None:
    """Compared by the upper bytes, which are what is left of it."""
    row = b"\x12\x34\x56\x78\x9a\xbc" + b"\x12\x34\x56\x78\x9b\xbc"
    chunks = {b"tRNS": row[:6]}
    data = png((2, 1), depth=16, colour_type=RGB, rows=[row], chunks=chunks)
    image = shown(processed(data, "image/auto-orient,1"))
    assert image.mode == "RGBA"
    assert [image.getpixel((x, 0)) for x in (0, 1)] == [(18, 86, 154, 0), (18, 86, 155, 255)]


def test_a_profile_reaches_wide_grey_with_a_transparent_level() -> None:
    """Linear light of half the scale is sRGB 188; the level is found before that."""
    chunks = {b"iCCP": embedded(grey_profile(gamma=1.0)), b"tRNS": b"\0\0"}
    row = b"\x80\0\0\0"
    data = png((2, 1), depth=16, colour_type=GREY, rows=[row], chunks=chunks)
    image = shown(processed(data, "image/auto-orient,1"))
    assert image.getchannel("A").tobytes() == b"\xff\0"
    assert image.getchannel("L").tobytes()[0] in (187, 188, 189)
