"""What a file says of itself before any pixel is decoded."""

import io
import struct
import time
from fractions import Fraction

import pytest
from PIL import Image, TiffImagePlugin

from darkroom.errors import Code, OssError
from darkroom.imaging.formats import probe
from darkroom.imaging.picture import Resolution
from tests.conftest import Data
from tests.pictures import animation, photographic, stored, with_orientation

SMALL = photographic((20, 12))


def with_exif(tags: TiffImagePlugin.ImageFileDirectory_v2) -> bytes:
    """Write a JPEG with exactly these tags, of exactly these types."""
    block = b"Exif\0\0II*\0\x08\0\0\0" + tags.tobytes(8)
    return stored(SMALL, "JPEG", exif=block)


def tags(**values: tuple[int, object]) -> TiffImagePlugin.ImageFileDirectory_v2:
    """Gather EXIF tags as name=(type, value)."""
    numbers = {"orientation": 0x112, "x": 0x11A, "y": 0x11B, "unit": 0x128}
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for name, (kind, value) in values.items():
        directory.tagtype[numbers[name]] = kind
        directory[numbers[name]] = value
    return directory


SHORT, ASCII, RATIONAL, FLOAT = 3, 2, 5, 11


@pytest.mark.parametrize(
    ("word", "pillow"),
    [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("bmp", "BMP"), ("tiff", "TIFF")],
)
@pytest.mark.parametrize("size", [(20, 12), (1, 1), (257, 3)], ids=str)
def test_format_and_size_are_read(word: str, pillow: str, size: tuple[int, int]) -> None:
    """One frame, upright, no quality but for JPEG."""
    header = probe(stored(photographic(size), pillow))
    assert (header.format, header.size, header.frames) == (word, size, 1)
    assert header.orientation == 1
    assert (header.quality is not None) is (word == "jpg")


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exact": True}], ids=str)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_still_webp_of_every_kind(mode: str, options: dict[str, bool]) -> None:
    """Lossy, lossless and extended files keep their size in three different places."""
    image = photographic((123, 45)).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    header = probe(stored(image, "WEBP", **options))
    assert (header.size, header.frames) == ((123, 45), 1)


@pytest.mark.parametrize("word", ["gif", "webp"])
@pytest.mark.parametrize("count", [1, 2, 3, 17])
def test_the_frames_of_an_animation_are_counted(word: str, count: int) -> None:
    """In the structure of the file, and as many as a decoder finds."""
    frames = [Image.new("RGB", (9, 7), (9 * n, 0, 255 - 9 * n)) for n in range(count)]
    data = animation(frames, word.upper())
    header = probe(data)
    assert (header.format, header.size, header.frames) == (word, (9, 7), count)
    assert getattr(Image.open(io.BytesIO(data)), "n_frames", 1) == count


REAL_FRAMES = {
    "animated-loop-3.gif": ((370, 285), 10),
    "animated-loop-3.webp": ((370, 285), 10),
    "rotating-squares.gif": ((80, 80), 30),
    "cogs.gif": ((85, 77), 5),
    "example.gif": ((500, 300), 3),
    "frames-1024.gif": ((1, 1), 1024),
}


@pytest.mark.parametrize("name", REAL_FRAMES)
def test_real_animations_are_counted_as_a_decoder_counts_them(sample: Data, name: str) -> None:
    """The structure gives the frame count that Pillow finds by decoding."""
    header = probe(sample(name))
    assert (header.size, header.frames) == REAL_FRAMES[name]
    assert getattr(Image.open(io.BytesIO(sample(name))), "n_frames", 1) == header.frames


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_of_a_jpeg_is_read(orientation: int) -> None:
    """EXIF's orientation is read; the size is that of the stored pixels."""
    header = probe(with_orientation(SMALL, orientation))
    assert (header.orientation, header.size) == (orientation, (20, 12))


@pytest.mark.parametrize("orientation", [6, 8])
def test_the_orientation_of_a_webp_is_read(orientation: int) -> None:
    """The orientation is read from the chunk EXIF."""
    exif = Image.Exif()
    exif[0x112] = orientation
    assert probe(stored(SMALL, "WEBP", exif=exif)).orientation == orientation


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_upright(orientation: int) -> None:
    """An orientation outside 1 to 8 counts as 1."""
    assert probe(with_exif(tags(orientation=(SHORT, orientation)))).orientation == 1


@pytest.mark.parametrize("text", ["6", "upright"])
def test_an_orientation_in_words_is_upright(text: str) -> None:
    """An orientation that is a text, not a SHORT, counts as 1."""
    assert probe(with_exif(tags(orientation=(ASCII, text)))).orientation == 1


@pytest.mark.parametrize(
    ("unit", "density"),
    [
        (0, Resolution(unit=1, x=(1, 1), y=(1, 1))),
        (1, Resolution(unit=2, x=(72, 1), y=(96, 1))),
        (2, Resolution(unit=3, x=(28, 1), y=(29, 1))),
    ],
)
def test_jfif_density_is_numbered_as_exif_does(unit: int, density: Resolution) -> None:
    """None 1, inch 2, centimetre 3 (spec 02 §16)."""
    data = bytearray(stored(SMALL, "JPEG"))
    place = data.index(b"JFIF\0") + 7
    data[place : place + 5] = struct.pack(">BHH", unit, density.x[0], density.y[0])
    assert probe(bytes(data)).resolution == density


def test_exif_density_wins_and_stays_unreduced() -> None:
    """As the file writes it, over JFIF's (C-94); inches where no unit is named."""
    ratios = {"x": (RATIONAL, Fraction(300)), "y": (RATIONAL, Fraction(7, 2))}
    assert probe(with_exif(tags(**ratios))).resolution == Resolution(unit=2, x=(300, 1), y=(7, 2))
    named = with_exif(tags(**ratios, unit=(SHORT, 3)))
    assert probe(named).resolution == Resolution(unit=3, x=(300, 1), y=(7, 2))
    data = bytearray(named)
    place = data.index(struct.pack("<II", 300, 1))
    data[place : place + 8] = struct.pack("<II", 3_000_000, 10_000)
    assert probe(bytes(data)).resolution == Resolution(unit=3, x=(3_000_000, 10_000), y=(7, 2))


@pytest.mark.parametrize("text", ["1e99999999", "72", "", "nan"])
def test_a_density_in_words_is_none_at_all(text: str) -> None:
    """JFIF's holds then; and a number that would take for ever to write out takes no time."""
    began = time.thread_time()
    header = probe(with_exif(tags(x=(ASCII, text), y=(ASCII, text))))
    assert header.resolution == Resolution(unit=1, x=(1, 1), y=(1, 1))
    assert time.thread_time() - began < 1


@pytest.mark.parametrize("word", ["JPEG", "WEBP"])
@pytest.mark.parametrize("block", [b"", b"Exif\0\0", b"rubbish", b"Exif\0\0II*\0\xff\xff\xff\xff"])
@pytest.mark.filterwarnings("ignore:.*EXIF:UserWarning", "ignore:Truncated File:UserWarning")
def test_spoilt_metadata_spoil_no_picture(word: str, block: bytes) -> None:
    """Metadata that cannot be read are ignored; size and pixels count."""
    header = probe(stored(SMALL, word, exif=block))
    assert (header.size, header.orientation) == ((20, 12), 1)


def test_a_jpeg_of_several_pictures_is_a_jpeg() -> None:
    """Phones append depth maps and previews; the first picture counts (C-121)."""
    data = stored(SMALL, "MPO", save_all=True, append_images=[photographic((10, 6))])
    header = probe(data)
    assert (header.format, header.size, header.frames) == ("jpg", (20, 12), 1)


def zero_wide(word: str) -> bytes:
    """Write a picture whose header says that it is 0 pixels wide."""
    data = bytearray(stored(SMALL, {"jpg": "JPEG"}.get(word, word.upper())))
    place, width = {
        "jpg": (data.find(b"\xff\xc0") + 7, b"\0\0"),
        "png": (16, b"\0\0\0\0"),
        "gif": (6, b"\0\0"),
        "bmp": (18, b"\0\0\0\0"),
        "webp": (data.find(b"\x9d\x01\x2a") + 3, b"\0\0"),
    }[word]
    data[place : place + len(width)] = width
    if word == "gif":
        place = data.index(b",\0\0\0\0") + 5
        data[place : place + 2] = b"\0\0"
    return bytes(data)


@pytest.mark.parametrize("word", ["jpg", "png", "gif", "bmp", "webp"])
def test_a_picture_of_no_width_is_damaged(word: str) -> None:
    """A width of 0 in the header is ImageDamage."""
    with pytest.raises(OssError) as caught:
        probe(zero_wide(word))
    assert caught.value.code is Code.IMAGE_DAMAGE


def test_a_later_chunk_does_not_change_the_size_of_a_webp() -> None:
    """What the decoder will allocate is what is judged: appended chunks cannot hide a bomb."""
    hidden = b"VP8X" + struct.pack("<I", 10) + b"\0" * 10
    assert probe(stored(SMALL, "WEBP") + hidden).size == (20, 12)


def test_a_broken_file_is_damaged(sample: Data) -> None:
    """A JPEG without a frame header is ImageDamage, with status 400."""
    with pytest.raises(OssError) as caught:
        probe(sample("corrupt-header.jpg"))
    assert (caught.value.code, caught.value.status) == (Code.IMAGE_DAMAGE, 400)


@pytest.mark.parametrize(("word", "ec"), [("webp", "0040-00000010"), ("png", None)])
def test_damage_has_its_formats_number(word: str, ec: str | None) -> None:
    """ImageDamage carries an EC for the formats that have one (C-136)."""
    with pytest.raises(OssError) as caught:
        probe(stored(SMALL, word.upper())[:20])
    assert (caught.value.code, caught.value.ec) == (Code.IMAGE_DAMAGE, ec)
