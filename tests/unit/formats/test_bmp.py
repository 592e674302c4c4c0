"""BMP: 32 bits with a named alpha channel where something is transparent, else 24 (C-109)."""

import struct

import pytest
from PIL import Image

from tests.unit.formats.drawing import processed, quarters, shown, stored


def depth(data: bytes) -> int:
    """Bits of a pixel, as the header says."""
    return int(struct.unpack_from("<H", data, 28)[0])


def test_transparency_comes_back_exactly() -> None:
    """What is written as BMP is read from it again, pixel by pixel, alpha included."""
    image = quarters((7, 5))
    image.putalpha(Image.linear_gradient("L").resize((7, 5)))
    result = processed(stored(image, "png"), "format,bmp")
    assert depth(result.body) == 32
    again = shown(result)
    assert (again.mode, again.size) == ("RGBA", (7, 5))
    assert again.tobytes() == image.tobytes()


def test_the_header_names_every_channel() -> None:
    """Readers that know only the header's first 40 bytes still find size and depth."""
    image = Image.new("RGBA", (2, 1), (1, 2, 3, 4))
    data = processed(stored(image, "png"), "format,bmp").body
    assert struct.unpack_from("<2sI4xI", data) == (b"BM", len(data), 122)
    assert struct.unpack_from("<IiiHHII", data, 14) == (108, 2, 1, 1, 32, 3, 8)
    assert struct.unpack_from("<4I", data, 54) == (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    assert data[122:] == bytes((3, 2, 1, 4)) * 2


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_opaque_pictures_have_24_bits(mode: str) -> None:
    """An alpha channel without a transparent pixel is not written."""
    result = processed(stored(quarters((6, 4)).convert(mode), "png"), "format,bmp")
    assert depth(result.body) == 24
    assert (
        shown(result).convert("RGB").tobytes()
        == quarters((6, 4)).convert(mode).convert("RGB").tobytes()
    )


def test_transparent_grey_is_written_in_colour() -> None:
    """BMP knows no grey with alpha."""
    grey = Image.new("LA", (3, 3), (77, 128))
    assert shown(processed(stored(grey, "png"), "format,bmp")).getpixel((1, 1)) == (77, 77, 77, 128)
