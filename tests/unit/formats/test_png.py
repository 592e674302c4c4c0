"""Transparent levels of PNG, in every depth that has them (C-117)."""

import pytest

from tests.colours import GREY, RGB, chunk, embedded, grey_profile, png, rgb_profile
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
    """All 16 bits of each channel are compared; the upper bytes remain."""
    colour = b"\x12\x34\x56\x78\x9a\xbc"
    others = [colour[:at] + bytes((colour[at] + 1,)) + colour[at + 1 :] for at in range(6)]
    rows = [colour + others[0], others[1] + others[2], others[3] + others[4], others[5] + colour]
    data = png((2, 4), depth=16, colour_type=RGB, rows=rows, chunks={b"tRNS": colour})
    image = shown(processed(data, "image/auto-orient,1"))
    assert image.mode == "RGBA"
    assert image.getchannel("A").tobytes() == b"\0" + b"\xff" * 6 + b"\0"
    assert image.tobytes()[:3] == colour[::2]
    assert image.convert("RGB").tobytes() == b"".join(row[::2] for row in rows)


def test_a_transparent_colour_of_16_bits_in_an_interlaced_file() -> None:
    """The second decoder of the lower bytes reads the passes, too."""
    data = png((1, 1), depth=16, colour_type=RGB, rows=[b"\1\2" * 3], chunks={b"tRNS": b"\1\2" * 3})
    header = data[16:28] + b"\1"
    interlaced = data[:8] + chunk(b"IHDR", header) + data[33:]
    for file in (data, interlaced):
        image = shown(processed(file, "image/auto-orient,1"))
        assert image.getpixel((0, 0)) == (1, 1, 1, 0)


def test_a_profile_reaches_wide_colour_with_a_transparent_level() -> None:
    """The pixels of the level are found before the colours are converted."""
    chunks = {b"iCCP": embedded(rgb_profile(swapped=True)), b"tRNS": b"\xff\xff\0\0\0\0"}
    rows = [b"\xff\xff\0\0\0\0" + b"\xff\xfe\0\0\0\0"]
    data = png((2, 1), depth=16, colour_type=RGB, rows=rows, chunks=chunks)
    image = shown(processed(data, "image/auto-orient,1"))
    assert image.getchannel("A").tobytes() == b"\0\xff"
    red, _, blue = image.convert("RGB").getpixel((1, 0))  # type: ignore[misc]
    assert red < 60
    assert blue > 200


def test_a_profile_reaches_wide_grey_with_a_transparent_level() -> None:
    """Linear light of half the scale is sRGB 188; the level is found before that."""
    chunks = {b"iCCP": embedded(grey_profile(gamma=1.0)), b"tRNS": b"\0\0"}
    row = b"\x80\0\0\0"
    data = png((2, 1), depth=16, colour_type=GREY, rows=[row], chunks=chunks)
    image = shown(processed(data, "image/auto-orient,1"))
    assert image.getchannel("A").tobytes() == b"\xff\0"
    assert image.getchannel("L").tobytes()[0] in (187, 188, 189)
