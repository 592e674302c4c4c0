"""Orientation and resolution from an EXIF block."""

from contextlib import suppress
from numbers import Rational

from PIL import ExifTags, Image

from darkroom.imaging.decoder_errors import DECODER_ERRORS
from darkroom.imaging.picture import NORMAL_ORIENTATION, Resolution

_INCH = 2
"""EXIF's ResolutionUnit for inches, which is its default."""


def read_exif(block: bytes | None) -> Image.Exif:
    """Read an EXIF block; a damaged one is treated as absent, because no pixel depends on it."""
    exif = Image.Exif()
    if block:
        with suppress(*DECODER_ERRORS):
            exif.load(block)
    return exif


def read_exif_header(block: bytes | None) -> tuple[int, Resolution | None]:
    """Return the orientation, 1…8, and the resolution of an EXIF block, if any."""
    exif = read_exif(block)
    return exif_orientation(exif), exif_resolution(exif)


def exif_orientation(exif: Image.Exif) -> int:
    """Return the orientation, or the normal one for values outside 1…8, which cameras write."""
    value = _tag(exif, ExifTags.Base.Orientation)
    return value if isinstance(value, int) and value in range(1, 9) else NORMAL_ORIENTATION


def exif_resolution(exif: Image.Exif) -> Resolution | None:
    """Return EXIF's resolution, which takes precedence over JFIF's (C-94); None if incomplete."""
    x = _ratio(_tag(exif, ExifTags.Base.XResolution))
    y = _ratio(_tag(exif, ExifTags.Base.YResolution))
    if x is None or y is None:
        return None
    unit = _tag(exif, ExifTags.Base.ResolutionUnit)
    return Resolution(unit=unit if isinstance(unit, int) else _INCH, x=x, y=y)


def _tag(exif: Image.Exif, tag: ExifTags.Base) -> object:
    """Return a tag's value, None if it is absent or unreadable."""
    with suppress(*DECODER_ERRORS):
        return exif.get(tag)
    return None


def _ratio(value: object) -> tuple[int, int] | None:
    """Return numerator and denominator as stored, None for any value but a rational.

    Text is not parsed as a number: `1e99999999` would take minutes.
    """
    return (int(value.numerator), int(value.denominator)) if isinstance(value, Rational) else None
