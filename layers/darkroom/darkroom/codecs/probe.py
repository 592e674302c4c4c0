"""What a file says of itself: format by content, size, frames, orientation, quality.

Nothing here decodes a pixel, so that a bomb costs its header only (spec 03 §1, §6).
"""

import io
import struct
import zlib
from fractions import Fraction

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
        return _READERS[word](data, word)
    except DAMAGE as error:
        raise damaged(word) from error


def open_image(data: bytes, word: str) -> Image.Image:
    """Open with the plugin of that format and no other; pixels stay undecoded."""
    return Image.open(io.BytesIO(data), formats=[FORMATS[word].pillow])


def _read_jpeg(data: bytes, word: str) -> Header:
    image = open_image(data, word)
    # An attribute of JPEG images alone; a multi-picture file is one too.
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    exif = image.info.get("exif")
    return Header(
        format=word,
        size=image.size,
        orientation=_orientation(image.getexif()) if exif else NORMAL_ORIENTATION,
        quality=estimated_quality(tables[min(tables)]) if tables else None,
        density=_exif_density(image) or _jfif_density(image),
        exif=exif,
    )


def _read_plain(data: bytes, word: str) -> Header:
    """Read formats of which only the first picture counts and no metadata (C-121, C-122).

    Pillow turns a TIFF upright by itself, and the size that it gives is the upright one.
    """
    return Header(format=word, size=open_image(data, word).size)


def _read_gif(data: bytes, word: str) -> Header:
    size, frames = gif_structure(data)
    if not frames or 0 in size:
        raise ValueError("a GIF file without a picture")
    return Header(format=word, size=size, frames=frames)


def _read_webp(data: bytes, word: str) -> Header:
    size, frames, block = webp_structure(data)
    exif = Image.Exif()
    if block:
        exif.load(block)
    return Header(format=word, size=size, frames=frames, orientation=_orientation(exif))


_READERS = {
    "jpg": _read_jpeg,
    "png": _read_plain,
    "gif": _read_gif,
    "webp": _read_webp,
    "bmp": _read_plain,
    "tiff": _read_plain,
}


def _orientation(exif: Image.Exif) -> int:
    """Take anything but 1…8 for upright: cameras write 0 and worse."""
    orientation: object = exif.get(ExifTags.Base.Orientation)
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


def _exif_density(image: Image.Image) -> Density | None:
    """Give EXIF's resolution, which wins over JFIF's (C-94)."""
    if not image.info.get("exif"):
        return None
    tags = image.getexif()
    x, y = tags.get(ExifTags.Base.XResolution), tags.get(ExifTags.Base.YResolution)
    if x is None or y is None:
        return None
    return Density(unit=tags.get(ExifTags.Base.ResolutionUnit, 2), x=_ratio(x), y=_ratio(y))


def _ratio(value: object) -> tuple[int, int]:
    """Give the two numbers as the file wrote them."""
    if isinstance(value, TiffImagePlugin.IFDRational):
        return int(value.numerator), int(value.denominator)
    fraction = Fraction(str(value))
    return fraction.numerator, fraction.denominator
