"""The table of formats, and which of them a file is in (spec 03 §1–3).

A new format is one file beside the others and one entry of the table.
"""

from collections.abc import Mapping

from darkroom.imaging.formats.avif import AVIF
from darkroom.imaging.formats.bmp import BMP
from darkroom.imaging.formats.format import Format, unsupported_format
from darkroom.imaging.formats.gif import GIF
from darkroom.imaging.formats.heic import HEIC
from darkroom.imaging.formats.jpeg import JPEG
from darkroom.imaging.formats.png import PNG
from darkroom.imaging.formats.tiff import TIFF
from darkroom.imaging.formats.webp import WEBP
from darkroom.imaging.picture import Header

FORMATS: Mapping[str, Format] = {
    format_.name: format_ for format_ in (JPEG, PNG, WEBP, BMP, GIF, TIFF, HEIC, AVIF)
}
"""Every format that is read and written, by name, in the order of the documentation."""

FALLBACK = JPEG
"""What a result is written in that keeps its source's format, for want of an encoder (C-103)."""


def detect(data: bytes) -> Format:
    """Return a file's format by its content: neither key nor content type is asked (C-101).

    Raises `BadRequest` for a file in none of the formats that are read here.
    """
    for format_ in FORMATS.values():
        if format_.matches(data) and format_.is_readable:
            return format_
    raise unsupported_format()


def probe(data: bytes) -> Header:
    """Detect a file's format and read its header; raises `BadRequest` or `ImageDamage`."""
    return detect(data).probe(data)


def writable_or_fallback(format_: Format) -> Format:
    """Return the format of a result that keeps its source's."""
    return format_ if format_.is_writable else FALLBACK
