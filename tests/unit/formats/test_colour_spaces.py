"""Colour spaces and sample widths of TIFF, which has the most of them (spec 03 §4)."""

import struct

import pytest
from PIL import Image, ImageCms

from tests.colours import rgb_profile
from tests.pictures import difference, mean_difference, photographic, processed, shown, stored
from tests.unit.formats import drawing
from tests.unit.formats.drawing import corners, quarters

WIDE = struct.pack("<3H", 0, 0x1234, 0xFFFF)


def wide(order: str) -> Image.Image:
    """Draw three pixels of 16-bit grey, in the byte order of the mode."""
    samples = struct.pack(f"{order}3H", *struct.unpack("<3H", WIDE))
    return Image.frombytes("I;16" if order == "<" else "I;16B", (3, 1), samples)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little endian", "big endian"])
def test_sixteen_bits_of_either_byte_order(order: str) -> None:
    """The upper byte is kept, wherever it stands (C-117)."""
    image = shown(processed(stored(wide(order), "TIFF"), "image/format,png"))
    assert (image.mode, image.tobytes()) == ("L", b"\0\x12\xff")


def test_white_may_be_zero() -> None:
    """A scan that counts ink instead of light comes out as light."""
    data = stored(Image.frombytes("L", (3, 1), bytes((0, 100, 255))), "TIFF")
    entry = struct.pack("<HHI", 262, 3, 1)  # PhotometricInterpretation, one short
    at = data.index(entry) + len(entry)
    data = data[:at] + b"\0\0" + data[at + 2 :]
    assert shown(processed(data, "image/format,png")).tobytes() == bytes((255, 155, 0))


@pytest.mark.parametrize(
    ("mode", "levels"), [("YCbCr", 3), ("CMYK", 0), ("RGBA", 0), ("RGB", 0), ("L", 0)]
)
def test_colour_spaces(mode: str, levels: int) -> None:
    """Each comes out in its own colours, within what the conversion there and back rounds."""
    image = photographic((24, 16))
    if mode == "L":
        image = image.convert("L")
    source = stored(image.convert(mode), "TIFF")
    result = shown(processed(source, "image/format,png"))
    assert result.mode == (mode if mode in ("L", "RGBA") else "RGB")
    assert difference(result.convert(image.mode), image) <= levels


def test_lab_comes_out_in_its_colours() -> None:
    """CIE L*a*b* needs no profile to be understood; in 8 bits it is off by a level or so."""
    image = photographic((24, 16))
    spaces = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(image, *spaces, outputMode="LAB")
    assert lab is not None
    result = shown(processed(stored(lab, "TIFF"), "image/format,png"))
    assert result.mode == "RGB"
    assert mean_difference(result, image) < 2


@pytest.mark.parametrize("mode", ["1", "P"])
def test_indexed_pixels(mode: str) -> None:
    """One bit and palettes come out as the colours that they stand for."""
    image = photographic((24, 16)).convert(mode)
    result = shown(processed(stored(image, "TIFF"), "image/format,png"))
    assert result.mode == {"1": "L", "P": "RGB"}[mode]
    assert difference(result, image.convert(result.mode)) == 0


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("text", ["resize,w_16", "resize,w_99,limit_0", "rotate,30"])
def test_transparent_edges_have_no_halo(mode: str, text: str) -> None:
    """Colour under full transparency does not bleed into the edge, dark, light or otherwise."""
    image = Image.new("RGB", (48, 48), (0, 255, 0))
    shape = Image.radial_gradient("L").resize((48, 48)).point(lambda value: 255 * (value < 100))
    image.paste((200, 60, 60), mask=shape)
    image.putalpha(shape)
    inside = image.convert(mode).getpixel((24, 24))
    assert isinstance(inside, tuple)
    result = shown(processed(stored(image.convert(mode)), f"image/{text}"))
    alpha = result.getchannel("A")
    seen = alpha.point(lambda value: 255 * (value > 40))
    assert 0 < alpha.histogram()[0] < result.width * result.height
    assert sum(alpha.histogram()[41:215]) > 10
    for band, level in zip(result.getbands()[:-1], inside[:-1], strict=True):
        levels = [at for at, n in enumerate(result.getchannel(band).histogram(seen)) if n]
        assert min(levels) >= level - 8
        assert max(levels) <= level + 8


@pytest.mark.parametrize("word", ["jpg", "png", "webp", "tiff", "heic", "avif"])
def test_a_profile_counts_wherever_it_is_embedded(word: str) -> None:
    """With red and blue exchanged, each comes out as the other, and no profile with it (C-115)."""
    options = {} if word in ("png", "tiff") else {"quality": 95}
    profile = rgb_profile(swapped=True)
    source = drawing.stored(quarters((64, 48)), word, icc_profile=profile, **options)
    for target in ("png", word):
        result = processed(source, f"image/format,{target}")
        assert corners(shown(result)) == ["blue", "lime", "red", "white"]
        assert b"drawn" not in result.body
        assert "icc_profile" not in shown(result).info
