"""The table of formats, and the detection of a file's format (spec 03 §1–3).

A new format is one file in this folder and one entry in the table.
"""

from collections.abc import Mapping

from darkroom.imaging.formats.avif import AVIF
from darkroom.imaging.formats.bmp import BMP
from darkroom.imaging.formats.format import PictureFormat, unsupported_format
from darkroom.imaging.formats.gif import GIF
from darkroom.imaging.formats.heic import HEIC
from darkroom.imaging.formats.jpeg import JPEG
from darkroom.imaging.formats.png import PNG
from darkroom.imaging.formats.tiff import TIFF
from darkroom.imaging.formats.webp import WEBP
from darkroom.imaging.picture import Header

FORMATS: Mapping[str, PictureFormat] = {
    format_.name: format_ for format_ in (JPEG, PNG, WEBP, BMP, GIF, TIFF, HEIC, AVIF)
}
"""Every format that is read or written, by name, in the order of the documentation."""

FALLBACK = JPEG
"""The result's format where that would be the source's and has no encoder here (C-103)."""


def detect(data: bytes) -> PictureFormat:
    """Return a file's format by its content, not by its key or content type (C-101).

    Raises `BadRequest` for a file in none of the readable formats.
    """
    for format_ in FORMATS.values():
        if format_.matches(data) and format_.is_readable:
            return format_
    raise unsupported_format()


def probe(data: bytes) -> Header:
    """Detect the format and read the header; raises as `detect` and `PictureFormat.probe` do."""
    return detect(data).probe(data)


def writable_or_fallback(format_: PictureFormat) -> PictureFormat:
    """Return the format, or `FALLBACK` if it has no encoder here."""
    return format_ if format_.is_writable else FALLBACK
