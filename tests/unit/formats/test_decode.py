"""Files to frames of pixels: whole or at reduced scale, composited, turned upright."""

import io
import struct

import pytest
from PIL import Image, ImageOps

from benchmarks.quality import scaling_ssim
from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.formats import probe
from darkroom.imaging.formats.jpeg import OVERSAMPLING
from darkroom.imaging.picture import apply_orientation, may_reduce, swap_sides
from tests.conftest import Data
from tests.pictures import (
    animation,
    coded,
    difference,
    photographic,
    place,
    processed,
    shown,
    stored,
)
from tests.unit.formats.drawing import frames


def decoded(data: bytes, needed: Size | None = None) -> Image.Image:
    """Decode a still picture."""
    (frame,) = frames(data, needed, every=False)
    return frame.image


@pytest.mark.parametrize(
    ("needed", "pixels"),
    [
        (None, (801, 600)),
        ((801, 600), (801, 600)),
        ((321, 240), (801, 600)),
        ((320, 240), (401, 300)),
        ((160, 120), (201, 150)),
        ((80, 60), (101, 75)),
        ((1, 1), (101, 75)),
        ((80, 1), (101, 75)),
        ((10, 240), (401, 300)),
        ((10, 241), (801, 600)),
    ],
    ids=str,
)
def test_a_jpeg_comes_as_small_as_it_may(needed: Size | None, pixels: Size) -> None:
    """An eighth at least, and `OVERSAMPLING` times what is needed at least, on both sides."""
    image = decoded(stored(photographic((801, 600)), "JPEG"), needed)
    assert image.size == pixels
    if needed is not None and pixels != (801, 600):
        assert image.width >= OVERSAMPLING * needed[0]
        assert image.height >= OVERSAMPLING * needed[1]


def test_a_tiny_jpeg_keeps_what_is_spared_too() -> None:
    """`OVERSAMPLING` times the needed width is left after rounding, down to a width of 1 (C-51)."""
    for width in range(1, 40):
        data = stored(photographic((width, 40)), "JPEG")
        for needed in range(1, width + 1):
            image = decoded(data, (needed, 1))
            assert image.width >= min(width, OVERSAMPLING * needed), f"{needed} of {width}"


@pytest.mark.parametrize("word", ["PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_other_formats_come_whole(word: str) -> None:
    """Formats other than JPEG have no reduced decode."""
    assert decoded(stored(photographic((80, 60)), word), (5, 5)).size == (80, 60)


@pytest.mark.parametrize("target", [40, 75, 101, 150, 299])
def test_a_reduced_decode_lies_where_a_whole_one_does(target: int) -> None:
    """Scaling what came reduced gives the picture that scaling the whole gives: within 4 levels."""
    drawn = photographic((597, 403))
    from_jpeg = processed(
        stored(drawn, "JPEG", quality=98, subsampling="4:4:4"),
        f"image/resize,w_{target}/format,png",
    )
    from_png = processed(stored(drawn), f"image/resize,w_{target}")
    assert difference(shown(from_jpeg), shown(from_png)) <= 4


@pytest.mark.parametrize("width", [100, 300, 720, 1000, 1500])
def test_a_photograph_keeps_its_look(sample: Data, width: int) -> None:
    """SSIM of luma against exact area averaging of the whole: the floor of C-51 is 0.965."""
    source = sample("photo-2725x2225.jpg")
    result = processed(source, f"image/resize,w_{width}/format,png")
    assert scaling_ssim(source, result.body) > 0.98


@pytest.mark.parametrize("word", ["PNG", "BMP", "TIFF"])
def test_lossless_formats_come_exactly(word: str) -> None:
    """PNG, BMP and TIFF give every pixel as it was written."""
    image = coded((70, 50))
    assert difference(decoded(stored(image, word)), image) == 0
    assert place(decoded(stored(image, word)), 69, 49) == (69, 49)


def test_a_lossless_webp_with_alpha_comes_exactly() -> None:
    """Lossless WebP gives every pixel as it was written, also transparent ones."""
    image = coded((70, 50), "RGBA")
    assert difference(decoded(stored(image, "WEBP", lossless=True, exact=True)), image) == 0


def test_nothing_of_the_file_is_left_on_the_pixels() -> None:
    """An encoder would write profile, EXIF, comment and density into the result (C-116)."""
    exif = Image.Exif()
    exif[0x10E] = "private"
    data = stored(photographic((8, 6)), "JPEG", exif=exif, comment=b"private", dpi=(300, 300))
    assert decoded(data).info == {}


TRUNCATED = ["image/auto-orient,1", "image/resize,w_100", "image/crop,w_10,h_10", "image/rotate,90"]


@pytest.mark.parametrize("text", TRUNCATED)
def test_a_picture_that_ends_too_early_is_damaged(sample: Data, text: str) -> None:
    """Half a picture is never shown, at no scale (spec 03 §1)."""
    with pytest.raises(OssError) as caught:
        processed(sample("truncated.jpg"), text)
    assert (caught.value.code, caught.value.status) == (Code.IMAGE_DAMAGE, 400)


def test_frames_come_one_after_the_other_with_their_time() -> None:
    """Each composited to the whole canvas, whatever part of it the file stores (C-123)."""
    drawn = [Image.new("RGB", (12, 10), "navy") for _ in range(3)]
    for number, image in enumerate(drawn):
        image.paste("yellow", (number * 4, 2, number * 4 + 3, 6))
    data = animation(drawn, "GIF", duration=[50, 120, 70], loop=0)
    found = list(frames(data))
    assert [frame.duration for frame in found] == [50, 120, 70]
    for frame, image in zip(found, drawn, strict=True):
        assert difference(frame.image.convert("RGB"), image) == 0


def test_one_frame_is_decoded_when_one_is_asked_for() -> None:
    """With `every` false only the first frame is decoded."""
    data = animation([Image.new("RGB", (4, 4), ink) for ink in ("red", "lime")])
    assert len(list(frames(data, every=False))) == 1


def gif(screen: Size, *images: tuple[Size, Size]) -> bytes:
    """Write a GIF of even red frames, each given by its place and its size."""
    data = b"GIF89a" + struct.pack("<2H", *screen) + b"\x80\0\0" + b"\xff\0\0" + b"\0\0\xff"
    for start, size in images:
        one = stored(Image.new("L", size), "GIF")
        pixels = one[one.index(b",\0\0\0\0") + 10 : -1]
        data += b"," + struct.pack("<4H", *start, *size) + b"\0" + pixels
    return data + b";"


def test_every_frame_has_the_size_of_the_canvas() -> None:
    """A later frame may reach beyond the logical screen: it is cropped."""
    data = gif((6, 4), ((0, 0), (6, 4)), ((5, 3), (4, 4)))
    header = probe(data)
    assert (header.size, header.frames) == ((6, 4), 2)
    found = [frame.image for frame in frames(data)]
    assert [image.size for image in found] == [(6, 4)] * 2
    assert found[0].convert("RGBA").getpixel((5, 3)) == (255, 0, 0, 255)
    assert found[1].convert("RGBA").getpixel((5, 3)) == (255, 0, 0, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_orientation_is_undone_exactly(orientation: int) -> None:
    """The result is that of Pillow's `exif_transpose`."""
    image = coded((7, 5))
    exif = Image.Exif()
    exif[0x112] = orientation
    marked = Image.open(io.BytesIO(stored(image, "PNG", exif=exif)))
    wanted = ImageOps.exif_transpose(marked)
    assert difference(apply_orientation(image, orientation), wanted.convert("RGB")) == 0
    assert apply_orientation(image, orientation).size == swap_sides((7, 5), orientation)


@pytest.mark.parametrize(
    ("size", "orientation", "allowed"),
    [
        ((15, 15), 1, True),
        ((15, 15), 5, True),
        ((15, 16), 6, False),
        ((16, 16), 6, True),
        ((16, 17), 3, False),
    ],
)
def test_a_reduced_decode_may_have_to_be_whole(size: Size, orientation: int, allowed: bool) -> None:
    """Where the narrower last pixels would come to the front."""
    assert may_reduce(size, orientation) is allowed
