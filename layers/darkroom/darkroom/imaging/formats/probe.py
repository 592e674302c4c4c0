"""What a file says of itself: size, frames, orientation, quality, density.

Nothing here decodes a pixel, so that a bomb costs its header only (spec 03 §1, §6).
"""

from contextlib import suppress
from dataclasses import replace
from numbers import Rational

from PIL import ExifTags, Image

from darkroom.imaging.formats import jpeg_structure, png_structure
from darkroom.imaging.formats.damage import DAMAGE, damaged
from darkroom.imaging.formats.gif_structure import gif_outline
from darkroom.imaging.formats.jpeg import estimated_quality
from darkroom.imaging.formats.plugins import open_image
from darkroom.imaging.formats.sniff import sniff
from darkroom.imaging.formats.webp_structure import webp_outline
from darkroom.imaging.picture import NORMAL_ORIENTATION, SIDEWAYS, Density, Header
from darkroom.limits import Size

_INCH = 2
"""EXIF's number for the unit that resolutions have when none is named."""


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


def _read_jpeg(data: bytes, word: str) -> Header:
    jpeg_structure.check_structure(data)
    image = open_image(data, word)
    # An attribute of JPEG images alone; a multi-picture file is one too.
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    block = image.info.get("exif")
    exif = _exif(block)
    return Header(
        format=word,
        size=image.size,
        orientation=exif_orientation(exif),
        quality=estimated_quality(tables[min(tables)]) if tables else None,
        density=_exif_density(exif) or _jfif_density(image),
        exif=block,
    )


def _read_plain(data: bytes, word: str) -> Header:
    """Read formats of which only the first picture counts and no metadata (C-121).

    Pillow turns a TIFF upright by itself, and the size that it gives is the upright one.
    """
    return Header(format=word, size=open_image(data, word).size)


def _read_png(data: bytes, word: str) -> Header:
    png_structure.check_structure(data)
    return _read_plain(data, word)


def _read_tiff(data: bytes, word: str) -> Header:
    """Read the first picture (C-122), whose directory is what EXIF is made after."""
    return replace(_read_plain(data, word), exif=data)


def _read_gif(data: bytes, word: str) -> Header:
    outline = gif_outline(data)
    if not outline.frames:
        raise ValueError("a GIF file without a picture")
    return Header(format=word, size=outline.size, frames=outline.frames, plays=outline.plays)


def _read_webp(data: bytes, word: str) -> Header:
    outline = webp_outline(data)
    exif = _exif(outline.exif)
    return Header(
        format=word,
        size=outline.size,
        frames=outline.frames,
        plays=outline.plays,
        orientation=exif_orientation(exif),
        density=_exif_density(exif),
        exif=outline.exif,
    )


def _read_heic(data: bytes, word: str) -> Header:
    """Read a HEIC, which libheif turns upright, EXIF orientation and all."""
    image = open_image(data, word)
    return _turned(word, image, image.size, image.info.get("exif"))


def _read_avif(data: bytes, word: str) -> Header:
    """Read an AVIF, which Pillow leaves to be turned, as it says in place of EXIF's orientation."""
    image = open_image(data, word)
    block = image.info.get("exif")
    exif = _exif(block)
    orientation = exif_orientation(exif)
    if orientation == NORMAL_ORIENTATION:
        return _turned(word, image, image.size, block)
    width, height = image.size
    size = (height, width) if orientation in SIDEWAYS else (width, height)
    exif[ExifTags.Base.Orientation] = NORMAL_ORIENTATION
    return _turned(word, image, size, exif.tobytes())


def _turned(word: str, image: Image.Image, size: Size, block: bytes | None) -> Header:
    """Describe a picture by what it is once it is upright."""
    return Header(
        format=word,
        size=size,
        alpha=image.mode in ("RGBA", "RGBa", "LA", "La"),
        density=_exif_density(_exif(block)),
        exif=block,
    )


_READERS = {
    "jpg": _read_jpeg,
    "png": _read_png,
    "gif": _read_gif,
    "webp": _read_webp,
    "bmp": _read_plain,
    "tiff": _read_tiff,
    "heic": _read_heic,
    "avif": _read_avif,
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


def exif_orientation(exif: Image.Exif) -> int:
    """Take anything but 1…8 for upright: cameras write 0 and worse."""
    value = _tag(exif, ExifTags.Base.Orientation)
    if isinstance(value, int) and value in range(1, 9):
        return value
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
    return (int(value.numerator), int(value.denominator)) if isinstance(value, Rational) else None
