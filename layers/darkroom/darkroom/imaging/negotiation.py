"""The result's format of `format,auto`, by the formats that the client accepts (spec 07 §1)."""

from enum import StrEnum

from darkroom.errors import OssError
from darkroom.geometry import Size
from darkroom.imaging.formats import FALLBACK, FORMATS
from darkroom.imaging.formats.avif import AVIF
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.formats.png import PNG
from darkroom.imaging.formats.webp import WEBP
from darkroom.imaging.picture import Header

MAX_AVIF_PIXELS = 1_000_000
"""Pixels of a result above which encoding as AVIF takes too long for a request (C-184)."""

_SHOWN_BY_BROWSERS = frozenset({"jpg", "png", "gif", "webp"})


class AcceptedFormat(StrEnum):
    """The best format that a client accepts besides those that every browser shows."""

    NONE = "none"
    WEBP = "webp"
    AVIF = "avif"
    """Such a client counts as one that accepts WebP, too."""


def negotiated_format(
    header: Header, size: Size, accepted: AcceptedFormat, *, animated: bool
) -> PictureFormat:
    """Return the format for a result of `size`; `animated` is whether it may have several frames.

    Without an accepted format that can hold the result it is the source's, or PNG or JPEG for a
    source that browsers do not show.
    """
    if accepted is AcceptedFormat.AVIF and not animated and _is_quick(size) and _fits(AVIF, size):
        return AVIF
    if accepted is not AcceptedFormat.NONE and _fits(WEBP, size):
        return WEBP
    if header.format in _SHOWN_BY_BROWSERS:
        return FORMATS[header.format]
    return PNG if header.alpha else FALLBACK


def _is_quick(size: Size) -> bool:
    return size[0] * size[1] <= MAX_AVIF_PIXELS


def _fits(target: PictureFormat, size: Size) -> bool:
    try:
        target.check_result(size)
    except OssError:
        return False
    return target.is_writable
