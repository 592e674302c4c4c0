"""No metadata of a source is in a result, in any pair of formats (C-116)."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping

import pytest
from PIL import Image

from darkroom.errors import OssError
from darkroom.imaging.formats import FORMATS
from tests.colours import chunk, rgb_profile
from tests.unit.formats.drawing import processed, quarters, shown, stored
from tests.unit.formats.exif_blocks import ASCII, LONG, RATIONAL, UNDEFINED, block, numbers
from tests.unit.formats.tiffs import RGB, tiff

MARKER = b"SecretMark"
PROFILE = rgb_profile(swapped=True, description=MARKER)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>' + MARKER + b"</a></x:xmpmeta>"
IPTC = b"\x1c\x02\x78" + struct.pack(">H", len(MARKER)) + MARKER
PHOTOSHOP = b"8BIM\x04\x04\0\0" + struct.pack(">L", len(IPTC)) + IPTC + b"\0" * (len(IPTC) & 1)

SIZE = (40, 30)


def exif() -> bytes:
    """Write a block with the marker in texts, comments, a position's method and a thumbnail."""
    words = (ASCII, len(MARKER) + 1, MARKER + b"\0")
    comment = UNDEFINED, 8 + len(MARKER), b"ASCII\0\0\0" + MARKER
    thumbnail = jpg_segment(0xFE, MARKER, stored(quarters((8, 8)), "jpg"))
    data = block(
        dict.fromkeys((0x010E, 0x010F, 0x0131, 0x013B, 0x8298), words),
        photo={0x927C: comment, 0x9286: comment, 0xA420: words},
        gps={
            1: (ASCII, 2, b"N\0"),
            2: numbers(RATIONAL, [48, 1, 8, 1, 0, 1]),
            0x1B: comment,
        },
        thumbnail={0x0201: numbers(LONG, [8000]), 0x0202: numbers(LONG, [len(thumbnail)])},
    )
    return data.ljust(8000 + 6, b"\0") + thumbnail


def jpg_segment(marker: int, content: bytes, data: bytes) -> bytes:
    """Insert a segment at the start of a JPEG."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + data[2:]


def jpg() -> bytes:
    """Write every segment that carries metadata, and bytes after the end."""
    data = stored(quarters(SIZE), "jpg", quality=95, subsampling="4:4:4")
    for marker, content in (
        (0xFE, MARKER),
        (0xE2, b"ICC_PROFILE\0\1\1" + PROFILE),
        (0xE2, b"MPF\0" + MARKER),
        (0xED, b"Photoshop 3.0\0" + PHOTOSHOP),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        (0xEB, b"JP\0\1" + MARKER),
        (0xE1, exif()),
    ):
        data = jpg_segment(marker, content, data)
    return data + MARKER


def png() -> bytes:
    """Write every chunk that carries metadata, and bytes after the end."""
    data = stored(quarters(SIZE), "png")
    chunks = {
        b"tEXt": b"Comment\0" + MARKER,
        b"zTXt": b"Artist\0\0" + zlib.compress(MARKER),
        b"iTXt": b"XML:com.adobe.xmp\0\0\0\0\0" + XMP,
        b"eXIf": exif()[6:],
        b"iCCP": MARKER + b"\0\0" + zlib.compress(PROFILE),
        b"prVt": MARKER,
    }
    written = b"".join(chunk(name, content) for name, content in chunks.items())
    return data[:33] + written + data[33:] + MARKER


def webp() -> bytes:
    """Write the chunks EXIF, XMP and ICCP, and one that no reader knows."""
    data = stored(quarters(SIZE), "webp", exif=exif(), xmp=XMP, icc_profile=PROFILE, lossless=True)
    data += b"SECR" + struct.pack("<L", len(MARKER)) + MARKER
    return data[:4] + struct.pack("<L", len(data) - 8) + data[8:]


def gif() -> bytes:
    """Write a comment, and application extensions of XMP and of a profile."""
    data = stored(quarters(SIZE), "gif")
    place = 13 + (3 << (data[10] & 7) + 1)
    trailer = bytes((1, *range(255, -1, -1), 0))
    parts = [PROFILE[at : at + 255] for at in range(0, len(PROFILE), 255)]
    profile = b"".join(bytes((len(part),)) + part for part in parts) + b"\0"
    extensions = b"!\xfe" + bytes((len(MARKER),)) + MARKER + b"\0"
    extensions += b"!\xff\x0bXMP DataXMP" + XMP + trailer
    extensions += b"!\xff\x0bICCRGBG1012" + profile
    return data[:place] + extensions + data[place:]


def tif() -> bytes:
    """Write the fields that carry metadata."""
    texts = dict.fromkeys((269, 270, 271, 272, 285, 305, 306, 315, 316, 33432), MARKER + b"\0")
    blocks = {700: XMP, 33723: IPTC, 34377: PHOTOSHOP, 34675: PROFILE, 37724: MARKER, 50000: MARKER}
    pixels = quarters(SIZE).tobytes()
    fields = {**texts, **blocks}
    return tiff(SIZE, [pixels], bits=(8, 8, 8), photometric=RGB, fields=fields) + MARKER


def heic() -> bytes:
    """Write items of EXIF and XMP, and a profile."""
    return stored(quarters(SIZE), "heic", exif=exif(), xmp=XMP, icc_profile=PROFILE, quality=95)


def avif() -> bytes:
    """Write items of EXIF and XMP, and a profile."""
    return stored(quarters(SIZE), "avif", exif=exif(), xmp=XMP, icc_profile=PROFILE, quality=95)


def bmp() -> bytes:
    """Write the fifth version of the header, which a profile may follow."""
    pixels = quarters(SIZE).tobytes("raw", "BGR", 0, -1)
    head = struct.pack("<LllHHLLllLL", 124, *SIZE, 1, 24, 0, len(pixels), 3780, 3780, 0, 0)
    head += bytes(16) + b"DEBM" + bytes(48)
    head += struct.pack("<LLLL", 4, 124 + len(pixels), len(PROFILE), 0)
    size = 14 + len(head) + len(pixels) + len(PROFILE)
    return struct.pack("<2sLLL", b"BM", size, 0, 138) + head + pixels + PROFILE + MARKER


SOURCES: Mapping[str, Callable[[], bytes]] = {
    "jpg": jpg,
    "png": png,
    "webp": webp,
    "gif": gif,
    "tiff": tif,
    "heic": heic,
    "avif": avif,
    "bmp": bmp,
}

PROCESSES = (
    "resize,w_4000",
    "auto-orient,1",
    "auto-orient,0",
    "quality,Q_90",
    "interlace,1",
    "rotate,0",
    "bright,0",
    "crop,w_40,h_30",
    "",
    "resize,w_10",
)
"""All but the last change no pixel."""

FIELDS = (270, 271, 305, 315, 700, 33432, 33723, 34377, 34665, 34675, 34853)
"""Fields of EXIF and TIFF that carry metadata or lead to them."""


def test_every_source_has_every_format() -> None:
    """A format of the table that has no builder here would not be covered."""
    assert set(SOURCES) == set(FORMATS)


@pytest.mark.parametrize("word", SOURCES)
def test_no_result_has_metadata_of_its_source(word: str) -> None:
    """Neither where an operation changes the pixels nor where the decoded ones are encoded."""
    source = SOURCES[word]()
    assert MARKER in source
    for target in FORMATS:
        if FORMATS[target].from_same_format_only and target != word:
            continue
        for process in PROCESSES:
            text = "/".join(filter(None, (process, f"format,{target}")))
            result = processed(source, text)
            assert result.format == target
            assert MARKER not in result.body, text
            image = shown(result)
            assert MARKER.decode() not in repr(image.info), text
            for name in ("exif", "xmp", "icc_profile", "comment", "photoshop"):
                assert not image.info.get(name), f"{name} after {text}"
            assert not set(FIELDS) & set(image.getexif()), text


@pytest.mark.parametrize("word", SOURCES)
def test_the_format_of_the_source_has_none_either(word: str) -> None:
    """Without `format` the result is encoded again as well."""
    source = SOURCES[word]()
    for process in filter(None, PROCESSES):
        try:
            body = processed(source, process).body
        except OssError as refused:
            pytest.fail(f"{process}: {refused}")
        assert MARKER not in body, process
        assert not Image.open(io.BytesIO(body)).getexif().get_ifd(0x8825), process
