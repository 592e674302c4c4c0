"""The result's format of `format,auto`, by the formats that the client accepts (spec 07 §1)."""

from enum import StrEnum

from darkroom.errors import OssError
from darkroom.geometry import Size, area
from darkroom.imaging.formats import FALLBACK, FORMATS
from darkroom.imaging.formats.avif import AVIF
from darkroom.imaging.formats.format import PictureFormat
from darkroom.imaging.formats.png import PNG
from darkroom.imaging.formats.webp import WEBP
from darkroom.imaging.picture import Header
from darkroom.limits import Limits

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
    header: Header, size: Size, accepted: AcceptedFormat, limits: Limits, *, animated: bool
) -> PictureFormat:
    """Return the format for a result of `size`; `animated` is whether it may have several frames.

    Where the result fits into no accepted format, or its encoder lacks memory, it is the source's,
    or PNG or JPEG for a source that browsers do not show.
    """
    if (
        accepted is AcceptedFormat.AVIF
        and not animated
        and _is_quick(size)
        and _fits(AVIF, size, limits)
    ):
        return AVIF
    if accepted is not AcceptedFormat.NONE and _fits(WEBP, size, limits):
        return WEBP
    if header.format in _SHOWN_BY_BROWSERS:
        return FORMATS[header.format]
    return PNG if header.alpha else FALLBACK


def _is_quick(size: Size) -> bool:
    return area(size) <= MAX_AVIF_PIXELS


def _fits(target: PictureFormat, size: Size, limits: Limits) -> bool:
    try:
        target.check_result(size)
    except OssError:
        return False
    needed = target.encoder_bytes_per_pixel or target.bytes_per_pixel
    return target.is_writable and limits.fits(size, needed)
