"""Depth and colour as a contract (spec 03 §4): 8-bit sRGB out, grey kept grey."""

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.colour import MAX_CACHED_PROFILE_BYTES, cached_transform, to_srgb
from tests.colours import (
    GREY,
    GREY_ALPHA,
    PALETTE,
    RGB,
    RGB_ALPHA,
    embedded,
    grey_profile,
    png,
    rgb_profile,
)
from tests.conftest import Data
from tests.pictures import difference, photographic, processed, shown, stored

INKS = b"\xff\x00\x00\x00\x80\x00"
"""A palette of red and dark green."""


def pair(depth: int, colour_type: int, row: bytes, **chunks: bytes) -> bytes:
    """Write a PNG of two pixels beside each other."""
    between = {name.encode(): content for name, content in chunks.items()}
    return png((2, 1), depth=depth, colour_type=colour_type, rows=[row], chunks=between)


DEPTHS = {
    "1-bit": (pair(1, GREY, b"\x40"), "L", [0, 255]),
    "2-bit": (pair(2, GREY, b"\x60"), "L", [85, 170]),
    "4-bit": (pair(4, GREY, b"\x1e"), "L", [17, 238]),
    "8-bit grey": (pair(8, GREY, b"\x03\xfe"), "L", [3, 254]),
    "16-bit grey": (pair(16, GREY, b"\x12\xff\xff\x00"), "L", [18, 255]),
    "8-bit colour": (
        *(pair(8, RGB, b"\1\2\3\xff\xfe\xfd"), "RGB"),
        [(1, 2, 3), (255, 254, 253)],
    ),
    "16-bit colour": (
        *(pair(16, RGB, b"\1\xff\2\0\3\x80\xff\xff\xfe\0\xfd\x7f"), "RGB"),
        [(1, 2, 3), (255, 254, 253)],
    ),
    "palette": (pair(8, PALETTE, b"\0\1", PLTE=INKS), "RGB", [(255, 0, 0), (0, 128, 0)]),
    "1-bit palette": (pair(1, PALETTE, b"\x40", PLTE=INKS), "RGB", [(255, 0, 0), (0, 128, 0)]),
    "palette with alpha": (
        *(pair(8, PALETTE, b"\0\1", PLTE=INKS, tRNS=b"\x40"), "RGBA"),
        [(255, 0, 0, 64), (0, 128, 0, 255)],
    ),
    "grey with a transparent level": (
        *(pair(8, GREY, b"\x03\xfe", tRNS=b"\0\3"), "LA"),
        [(3, 0), (254, 255)],
    ),
    "colour with a transparent one": (
        *(pair(8, RGB, b"\1\2\3\4\5\6", tRNS=b"\0\1\0\2\0\3"), "RGBA"),
        [(1, 2, 3, 0), (4, 5, 6, 255)],
    ),
    "8-bit grey with alpha": (
        *(pair(8, GREY_ALPHA, b"\x03\x40\xfe\xff"), "LA"),
        [(3, 64), (254, 255)],
    ),
    "16-bit grey with alpha": (
        *(pair(16, GREY_ALPHA, b"\3\xff\x40\0\xfe\0\xff\xff"), "LA"),
        [(3, 64), (254, 255)],
    ),
    "8-bit colour with alpha": (
        *(pair(8, RGB_ALPHA, b"\1\2\3\4\5\6\7\x08"), "RGBA"),
        [(1, 2, 3, 4), (5, 6, 7, 8)],
    ),
    "16-bit colour with alpha": (
        *(pair(16, RGB_ALPHA, b"\1\0\2\0\3\0\4\0\5\0\6\0\7\0\x08\0"), "RGBA"),
        [(1, 2, 3, 4), (5, 6, 7, 8)],
    ),
}


@pytest.mark.parametrize(("data", "mode", "pixels"), DEPTHS.values(), ids=DEPTHS)
def test_every_depth_comes_out_in_eight_bits(data: bytes, mode: str, pixels: list[object]) -> None:
    """The upper byte of a wide sample, the full range of a narrow one; exact (C-117)."""
    image = shown(processed(data, "image/auto-orient,1"))
    assert (image.mode, image.size) == (mode, (2, 1))
    assert [image.getpixel((x, 0)) for x in (0, 1)] == pixels


@pytest.mark.parametrize("text", ["resize,w_8", "crop,w_5", "rotate,90", "resize,m_pad,w_8,h_8"])
@pytest.mark.parametrize("word", ["jpg", "png", "tiff"])
def test_grey_stays_grey(word: str, text: str) -> None:
    """A grey picture stays of mode L or LA until an operation adds colour."""
    source = stored(photographic((16, 12)).convert("L"), "JPEG")
    assert shown(processed(source, f"image/{text}/format,{word}")).mode == "L"


def test_a_profile_is_applied_and_dropped() -> None:
    """C-115: with red and blue exchanged, each comes out as the other within 1 level."""
    data = pair(8, RGB, b"\xff\0\0\0\0\xff", iCCP=embedded(rgb_profile(swapped=True)))
    image = shown(processed(data, "image/auto-orient,1"))
    blue, red = image.crop((0, 0, 1, 1)), image.crop((1, 0, 2, 1))
    assert difference(blue, Image.new("RGB", (1, 1), (0, 0, 255))) <= 1
    assert difference(red, Image.new("RGB", (1, 1), (255, 0, 0))) <= 1
    assert "icc_profile" not in image.info


def test_a_grey_profile_is_applied_and_grey_stays_grey() -> None:
    """Linear light 128 is sRGB 188, by the formula of the standard; within 1 level."""
    data = pair(8, GREY, b"\x80\xff", iCCP=embedded(grey_profile(gamma=1.0)))
    image = shown(processed(data, "image/auto-orient,1"))
    assert image.mode == "L"
    linear = 128 / 255
    level = round(255 * (1.055 * linear ** (1 / 2.4) - 0.055))
    assert abs(int(image.getpixel((0, 0))) - level) <= 1  # type: ignore[arg-type]
    assert image.getpixel((1, 0)) == 255


@pytest.mark.parametrize("depth", [8, 16])
def test_a_profile_leaves_transparency_alone(depth: int) -> None:
    """Colour goes through it, alpha does not; for grey of either depth too."""
    step = depth // 8
    row = b"".join(value * step for value in (b"\x80", b"\x33", b"\xff", b"\xcc"))
    data = pair(depth, GREY_ALPHA, row, iCCP=embedded(grey_profile(gamma=1.0)))
    image = shown(processed(data, "image/auto-orient,1"))
    assert image.mode == "LA"
    assert image.getchannel("A").tobytes() == b"\x33\xcc"
    assert image.getchannel("L").tobytes()[0] in (187, 188, 189)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_profile_of_another_colour_space_is_ignored(mode: str) -> None:
    """A profile for another number of channels is ignored, as viewers do."""
    image = photographic((8, 6)).convert(mode)
    other = rgb_profile(swapped=True) if mode in ("L", "LA") else grey_profile(gamma=1.0)
    image.info["icc_profile"] = other
    result = to_srgb(image)
    assert difference(result, image) == 0


@pytest.mark.parametrize("profile", [b"", b"no profile", rgb_profile()[:200]], ids=len)
def test_a_spoilt_profile_is_no_profile(profile: bytes) -> None:
    """A profile that cannot be read is ignored: the pixels are taken for sRGB."""
    image = photographic((8, 6))
    image.info["icc_profile"] = profile
    assert difference(to_srgb(image), image) == 0


def test_cmyk_inks_become_their_colours() -> None:
    """Without a profile: what each ink leaves of white light, within JPEG's 6 levels (C-114)."""
    inks = {"cyan": (0, 255, 255), "magenta": (255, 0, 255), "yellow": (255, 255, 0)}
    for band, (name, colour) in enumerate(inks.items()):
        ink = Image.new("CMYK", (16, 16), tuple(255 * (band == other) for other in range(4)))
        image = shown(processed(stored(ink, "JPEG", quality=95), "image/format,png"))
        assert image.mode == "RGB"
        assert difference(image, Image.new("RGB", (16, 16), colour)) <= 6, name


def test_a_printed_photograph_keeps_its_look(data: Data) -> None:
    """One picture with and without its profile: the same lights, other colours."""
    with_profile, without = (
        shown(processed(data(f"cmyk-{name}.jpg"), "image/format,png")).convert("L")
        for name in ("icc", "no-profile")
    )
    planes = [np.asarray(image, float).ravel() for image in (with_profile, without)]
    assert np.corrcoef(planes)[0, 1] > 0.99
    assert 3 < np.abs(planes[0] - planes[1]).mean() < 25


def test_a_wide_gamut_photograph_comes_out_in_the_right_colours(sample: Data) -> None:
    """Adobe RGB by its published numbers: within one level where sRGB can show it."""
    source = sample("adobe-rgb.jpg")
    light = (np.asarray(shown(source), float) / 255) ** (563 / 256)
    matrix = np.array([[1.39835574, -0.39835574, 0], [0, 1, 0], [0, -0.04292933, 1.04292933]])
    linear = light @ matrix.T
    inside = (linear.min(2) >= 0) & (linear.max(2) <= 1)
    linear = linear.clip(0, 1)
    wanted = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    got = np.asarray(shown(processed(source, "image/format,png")), float)
    off = np.abs(got - 255 * wanted)
    assert inside.mean() > 0.9
    assert off[inside].max() < 1
    assert np.abs(got - np.asarray(shown(source), float)).mean() > 5


def test_sixteen_bit_grey_with_alpha_from_the_wild(sample: Data) -> None:
    """A 16-bit PNG of grey and alpha becomes mode LA, of the same size."""
    image = shown(processed(sample("16-bit-grey-alpha.png"), "image/auto-orient,1"))
    assert (image.mode, image.size) == ("LA", (109, 96))


@pytest.mark.parametrize(
    ("length", "kept"), [(MAX_CACHED_PROFILE_BYTES, 1), (MAX_CACHED_PROFILE_BYTES + 1, 0)]
)
def test_long_profiles_count_and_are_not_kept(length: int, kept: int) -> None:
    """Eight of 16 MB each would stay with a function that needs its memory for pictures."""
    cached_transform.cache_clear()
    picture = Image.new("RGB", (1, 1), "red")
    picture.info["icc_profile"] = rgb_profile(swapped=True).ljust(length, b"\0")
    assert difference(to_srgb(picture), Image.new("RGB", (1, 1), "blue")) <= 1
    assert cached_transform.cache_info().currsize == kept
