"""HEIC and AVIF: told apart by brand, turned once, limited, and refused where they are broken."""

import io
import struct

import pillow_heif
import pytest
from msgspec.structs import replace
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.formats import (
    FORMATS,
    detect,
    probe,
    writable_or_fallback,
)
from tests.conftest import Data
from tests.unit.formats.drawing import UPRIGHT, corners, processed, quarters, shown, stored

WORDS = ("heic", "avif")

ORIENTATION = 0x0112


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    """Write the box that such files start with, and something behind it."""
    content = major + b"\0\0\0\0" + b"".join(compatible)
    return (8 + len(content)).to_bytes(4) + b"ftyp" + content + b"\0\0\0\x08mdat"


@pytest.mark.parametrize(
    ("brands", "word"),
    [
        ((b"heic",), "heic"),
        ((b"heix", b"mif1"), "heic"),
        ((b"hevc", b"msf1"), "heic"),
        ((b"mif1", b"miaf", b"heic"), "heic"),
        ((b"avif", b"mif1"), "avif"),
        ((b"avis", b"msf1"), "avif"),
        ((b"mif1", b"miaf", b"avif"), "avif"),
    ],
    ids=lambda value: b",".join(value).decode() if isinstance(value, tuple) else value,
)
def test_the_brand_names_the_format(brands: tuple[bytes, ...], word: str) -> None:
    """A coding brand decides; a structural one leaves it to the first compatible coding brand."""
    assert detect(ftyp(*brands)).name == word


@pytest.mark.parametrize("brand", [b"isom", b"mp42", b"qt  ", b"mif1", b"jpeg"])
def test_other_iso_media_are_not_pictures_read_here(brand: bytes) -> None:
    """Films, and still pictures in another coding, are an unsupported format."""
    with pytest.raises(OssError) as refused:
        detect(ftyp(brand, b"miaf"))
    assert (refused.value.code, refused.value.ec) == (Code.BAD_REQUEST, "0040-00000005")


def test_brands_behind_the_box_do_not_count() -> None:
    """The list of compatible brands ends with its box."""
    with pytest.raises(OssError, match="not supported"):
        detect(ftyp(b"mif1", b"miaf") + b"heicheicheic")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (64, 1), (17, 33), (130, 66)], ids=str)
def test_any_size_goes_through(word: str, size: Size) -> None:
    """Sides need not be even, nor reach the size of a coding block."""
    result = processed(stored(quarters((130, 66)).resize(size), "png"), f"format,{word}")
    assert result.content_type == f"image/{word}"
    assert probe(result.body).size == size
    assert shown(result).size == size


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_the_orientation_is_applied_once(word: str, orientation: int) -> None:
    """The decoder turns the picture; EXIF, which says the same once more, is not heeded."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = stored(quarters((120, 80)), word, exif=exif.tobytes())
    header = probe(data)
    size = (120, 80) if orientation < 5 else (80, 120)
    assert (header.size, header.orientation) == (size, 1)
    for action in ("quality,Q_90", "auto-orient,1", "auto-orient,0"):
        image = shown(processed(data, f"{action}/format,png"))
        assert image.size == size
        assert corners(image) == UPRIGHT[orientation]


@pytest.mark.parametrize("word", WORDS)
def test_an_orientation_in_exif_alone_counts_for_nothing(word: str) -> None:
    """Only the container's own properties turn a picture (ISO/IEC 23008-12)."""
    exif = Image.Exif()
    exif[ORIENTATION + 1] = 6  # the encoders would make the container's property of the real one
    data = stored(quarters((120, 80)), word, exif=exif.tobytes())
    entry = (ORIENTATION + 1).to_bytes(2) + b"\0\x03\0\0\0\x01\0\x06"
    assert data.count(entry) == 1
    data = data.replace(entry, ORIENTATION.to_bytes(2) + entry[2:])
    image = shown(processed(data, "format,png"))
    assert image.size == (120, 80)
    assert corners(image) == UPRIGHT[1]


@pytest.mark.parametrize("word", WORDS)
def test_info_has_the_upright_size_and_exif_as_written(word: str) -> None:
    """The size is that of the results; the orientation of EXIF is what the file says."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "a maker"
    text = processed(stored(quarters((120, 80)), word, exif=exif.tobytes()), "info").body.decode()
    for member in ('"ImageWidth": {"value": "80"}', '"ImageHeight": {"value": "120"}'):
        assert member in text
    # The encoder of AVIF leaves the orientation out of the block that it writes.
    assert ('"Orientation": {"value": "6"}' in text) == (word == "heic")
    assert '"Make": {"value": "a maker"}' in text


def test_the_main_picture_of_several_counts() -> None:
    """A HEIC says which one that is; it need not be the first."""
    main = quarters((120, 80))
    others = {"save_all": True, "append_images": [main], "primary_index": 1}
    data = stored(Image.new("RGB", (64, 64), "red"), "heic", **others)
    assert (probe(data).size, probe(data).frames) == ((120, 80), 1)
    image = shown(processed(data, "format,png"))
    assert (image.size, corners(image)) == ((120, 80), UPRIGHT[1])


@pytest.mark.parametrize(
    ("mode", "channels"), [("L;16", 1), ("RGB;16", 3), ("RGBA;16", 4)], ids=str
)
def test_pictures_of_ten_bits(mode: str, channels: int) -> None:
    """Their upper eight bits come out, grey as grey (C-117)."""
    samples = [(16 * x * (y + 1)) % 65536 for y in range(64) for x in range(64)]
    data = b"".join(struct.pack("<H", sample) * channels for sample in samples)
    buffer = io.BytesIO()
    pillow_heif.encode(mode, (64, 64), data, buffer, quality=100)
    image = shown(processed(buffer.getvalue(), "format,png"))
    assert image.mode == mode.partition(";")[0]
    levels = image.getchannel(0).tobytes()
    assert max(abs(a - b / 257) for a, b in zip(levels, samples, strict=True)) <= 3


@pytest.mark.parametrize("word", WORDS)
def test_it_stays_in_its_format(word: str) -> None:
    """Without `format` the result is what the source was."""
    result = processed(stored(quarters((120, 80)), word), "resize,w_60")
    assert (result.format, shown(result).size) == (word, (60, 40))
    assert corners(shown(result)) == UPRIGHT[1]


@pytest.mark.parametrize("word", WORDS)
def test_transparency_is_kept(word: str) -> None:
    """Half transparent stays half transparent."""
    image = quarters((64, 64))
    image.putalpha(Image.linear_gradient("L").resize((64, 64)))
    again = shown(processed(stored(image, "png"), f"format,{word}"))
    assert again.mode == "RGBA"
    assert again.getchannel("A").getpixel((32, 32)) == pytest.approx(128, abs=4)


def test_a_transparent_heic_does_not_become_jpg() -> None:
    """The service refuses, so that no ground colour is made up (C-112)."""
    data = stored(quarters((64, 64)).convert("RGBA"), "heic")
    with pytest.raises(OssError, match="transparency") as refused:
        processed(data, "resize,w_10/format,jpg")
    assert refused.value.code is Code.BAD_REQUEST


@pytest.mark.parametrize(
    ("word", "process"),
    [("heic", "format,png"), ("heic", "format,webp"), ("avif", "format,jpg")],
)
def test_other_transparent_pictures_change_format(word: str, process: str) -> None:
    """Only HEIC to JPG is refused."""
    data = stored(quarters((64, 64)).convert("RGBA"), word)
    assert shown(processed(data, process)).size == (64, 64)


@pytest.mark.parametrize(
    ("word", "size"),
    [("heic", (4096, 8)), ("heic", (8, 4096)), ("avif", (4096, 2304)), ("avif", (8, 5000))],
    ids=str,
)
def test_the_largest_results_pass(word: str, size: Size) -> None:
    """Boundary values are allowed."""
    FORMATS[word].check_result(size)


@pytest.mark.parametrize(
    ("word", "size", "most"),
    [
        ("heic", (4097, 8), "4096"),
        ("heic", (8, 4097), "4096"),
        ("avif", (4097, 8), "4096"),
        ("avif", (4096, 2305), "9437184"),
    ],
    ids=str,
)
def test_larger_results_are_refused(word: str, size: Size, most: str) -> None:
    """Sides of HEIC, width and area of AVIF; the message names the limit."""
    with pytest.raises(OssError, match=f"{size[0]}x{size[1]}.*{most}") as refused:
        FORMATS[word].check_result(size)
    assert refused.value.code is Code.IMAGE_TOO_LARGE


def test_a_result_over_the_limit_is_refused_by_the_pipeline() -> None:
    """The limit holds for what is encoded, not for the source."""
    data = stored(Image.new("L", (5000, 2)), "png")
    with pytest.raises(OssError, match="5000x2"):
        processed(data, "format,heic")
    assert shown(processed(data, "resize,w_100/format,heic")).size == (100, 1)


@pytest.mark.parametrize(("word", "ec"), [("heic", "0040-00000020"), ("avif", None)])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_a_cut_file_is_damaged(word: str, ec: str | None, share: float) -> None:
    """Wherever the file ends too early, nobody gets half a picture (C-102)."""
    data = stored(quarters((120, 80)), word)
    with pytest.raises(OssError) as refused:
        processed(data[: int(len(data) * share)], "resize,w_10")
    assert (refused.value.code, refused.value.ec) == (Code.IMAGE_DAMAGE, ec)


def test_a_photograph_from_elsewhere(data: Data) -> None:
    """Files of other encoders are read too, and `info` names them."""
    photo = data("winter-1440x960.heic")
    assert '"Format": {"value": "heic"}' in processed(photo, "info").body.decode()
    assert shown(processed(photo, "resize,w_300/format,jpg")).size == (300, 200)


def test_absent_codecs_are_known() -> None:
    """A deployment may leave HEIC's library out: it is not read, and JPG stands in (C-103)."""
    absent = replace(FORMATS["heic"], plugin="nowhere.plugin")
    assert not absent.is_readable
    assert not absent.is_writable
    assert writable_or_fallback(absent) is FORMATS["jpg"]
    assert writable_or_fallback(FORMATS["heic"]) is FORMATS["heic"]
