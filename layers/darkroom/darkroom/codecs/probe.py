"""What a file says of itself: format by content, size, frames, orientation, quality.

Nothing here decodes a pixel, so that a bomb costs its header only (spec 03 §1, §6).
"""

import io
import struct
import zlib
from contextlib import suppress

from PIL import ExifTags, Image, TiffImagePlugin

from darkroom.codecs.containers import gif_structure, webp_structure
from darkroom.codecs.formats import FORMATS
from darkroom.codecs.jpeg import estimated_quality
from darkroom.errors import Code, OssError
from darkroom.picture import NORMAL_ORIENTATION, Density, Header

# Our own limits judge the header; Pillow's warning would come first and say less.
Image.MAX_IMAGE_PIXELS = None

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What Pillow's plugins raise for broken files; nothing else they raise is the file's fault."""

_SIGNATURES = (
    ("jpg", b"\xff\xd8\xff"),
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("gif", b"GIF87a"),
    ("gif", b"GIF89a"),
    ("bmp", b"BM"),
    ("tiff", b"II*\0"),
    ("tiff", b"MM\0*"),
    ("tiff", b"II+\0"),
    ("tiff", b"MM\0+"),
)

_INCH = 2
"""EXIF's number for the unit that resolutions have when none is named."""

EC_UNSUPPORTED = "0040-00000005"
EC_DAMAGED = {"webp": "0040-00000010", "heic": "0040-00000020"}


def damaged(word: str) -> OssError:
    """Say that a file of this format cannot be decoded (C-102)."""
    return OssError(Code.IMAGE_DAMAGE, ec=EC_DAMAGED.get(word))


def sniff(data: bytes) -> str:
    """Name the format by the first bytes; raise `BadRequest` for one that is not read."""
    for word, signature in _SIGNATURES:
        if data.startswith(signature):
            return word
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    raise OssError(Code.BAD_REQUEST, "This image format is not supported.", ec=EC_UNSUPPORTED)


def probe(data: bytes) -> Header:
    """Read the header; raise `BadRequest` for an unknown format, `ImageDamage` for a broken one."""
    word = sniff(data)
    try:
        header = _READERS[word](data, word)
    except DAMAGE as error:
        raise damaged(word) from error
    if 0 in header.size:
        raise damaged(word)
    return header


def open_image(data: bytes, word: str) -> Image.Image:
    """Open with the plugin of that format and no other; pixels stay undecoded."""
    return Image.open(io.BytesIO(data), formats=[FORMATS[word].pillow])


def _read_jpeg(data: bytes, word: str) -> Header:
    image = open_image(data, word)
    # An attribute of JPEG images alone; a multi-picture file is one too.
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    block = image.info.get("exif")
    exif = _exif(block)
    return Header(
        format=word,
        size=image.size,
        orientation=_orientation(exif),
        quality=estimated_quality(tables[min(tables)]) if tables else None,
        density=_exif_density(exif) or _jfif_density(image),
        exif=block,
    )


def _read_plain(data: bytes, word: str) -> Header:
    """Read formats of which only the first picture counts and no metadata (C-121, C-122).

    Pillow turns a TIFF upright by itself, and the size that it gives is the upright one.
    """
    return Header(format=word, size=open_image(data, word).size)


def _read_gif(data: bytes, word: str) -> Header:
    size, frames = gif_structure(data)
    if not frames:
        raise ValueError("a GIF file without a picture")
    return Header(format=word, size=size, frames=frames)


def _read_webp(data: bytes, word: str) -> Header:
    size, frames, block = webp_structure(data)
    return Header(format=word, size=size, frames=frames, orientation=_orientation(_exif(block)))


_READERS = {
    "jpg": _read_jpeg,
    "png": _read_plain,
    "gif": _read_gif,
    "webp": _read_webp,
    "bmp": _read_plain,
    "tiff": _read_plain,
}


def _exif(block: bytes | None) -> Image.Exif:
    """Read an EXIF block; spoilt metadata count as none, since they spoil no pixel."""
    exif = Image.Exif()
    if block:
        with suppress(*DAMAGE):
            exif.load(block)
    return exif


def _tag(exif: Image.Exif, tag: ExifTags.Base) -> object:
    """Give a tag's value, none where it is absent or unreadable."""
    with suppress(*DAMAGE):
        return exif.get(tag)
    return None


def _orientation(exif: Image.Exif) -> int:
    """Take anything but 1…8 for upright: cameras write 0 and worse."""
    orientation = _tag(exif, ExifTags.Base.Orientation)
    if isinstance(orientation, int) and orientation in range(1, 9):
        return orientation
    return NORMAL_ORIENTATION


def _jfif_density(image: Image.Image) -> Density | None:
    """Number the units as EXIF does: none 1, inch 2, centimetre 3 (spec 02 §16)."""
    density = image.info.get("jfif_density")
    if density is None:
        return None
    x, y = density
    return Density(unit=image.info["jfif_unit"] + 1, x=(x, 1), y=(y, 1))


def _exif_density(exif: Image.Exif) -> Density | None:
    """Give EXIF's resolution, which wins over JFIF's (C-94)."""
    x = _ratio(_tag(exif, ExifTags.Base.XResolution))
    y = _ratio(_tag(exif, ExifTags.Base.YResolution))
    if x is None or y is None:
        return None
    unit = _tag(exif, ExifTags.Base.ResolutionUnit)
    return Density(unit=unit if isinstance(unit, int) else _INCH, x=x, y=y)


def _ratio(value: object) -> tuple[int, int] | None:
    """Give the two numbers as the file wrote them, none for anything but a number.

    Text is not read as one: `1e99999999` would take longer than there is time.
    """
    match value:
        case TiffImagePlugin.IFDRational():
            return int(value.numerator), int(value.denominator)
        case int():
            return value, 1
        case _:
            return None
