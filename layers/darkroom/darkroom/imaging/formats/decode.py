"""Bytes → frames of 8-bit sRGB pixels, at reduced scale where that is enough."""

import math
from collections.abc import Iterator
from itertools import islice

from PIL import Image

from darkroom.imaging.colour import to_srgb
from darkroom.imaging.formats.damage import DAMAGE, damaged
from darkroom.imaging.formats.gif_reader import composited
from darkroom.imaging.formats.plugins import open_image
from darkroom.imaging.formats.png import mended
from darkroom.imaging.formats.probe import exif_orientation
from darkroom.imaging.picture import SIDEWAYS, Frame, Header
from darkroom.limits import Size

SPARE = 1.25
"""How much larger than needed a reduced decode must stay (docs/decisions/003)."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation (spec 02 §7)."""

_KEEPS_FIRST_CORNER = frozenset({1, 5})
"""Orientations that leave the pixel at the upper left where it is."""

_COARSEST = 8
"""Pixels along each side that become one at the smallest scale of a reduced decode."""


def reduction(header: Header, needed: Size | None) -> int:
    """Tell how many pixels along each side may become one while decoding: 1, 2, 4 or 8.

    `needed` are the pixels, as stored, that the first operation has use for: only a JPEG
    comes smaller than its size, and with `SPARE` times that at least.
    """
    if needed is None or header.format != "jpg":
        return 1
    most = min(
        side // math.ceil(wanted * SPARE) for side, wanted in zip(header.size, needed, strict=True)
    )
    return next((scale for scale in (8, 4, 2) if scale <= most), 1)


def frames(data: bytes, header: Header, *, needed: Size | None, every: bool) -> Iterator[Frame]:
    """Decode the first frame, or every one, each composited to the whole canvas (C-123).

    What is `needed` says how far the `reduction` may go. Raises `ImageDamage`.
    """
    count = header.frames if every else 1
    try:
        if header.format == "gif":
            yield from islice(composited(data, header.size), count)
        else:
            yield from _opened(data, header, reduction(header, needed), count)
    except DAMAGE as error:
        raise damaged(header.format) from error


def _opened(data: bytes, header: Header, reduced_by: int, count: int) -> Iterator[Frame]:
    """Decode with Pillow, frame by frame."""
    image = open_image(data, header.format)
    if reduced_by > 1:
        image.draft(None, (header.size[0] // reduced_by, header.size[1] // reduced_by))
    for index in range(count):
        if index:  # a HEIC opens at its main picture, which may be any of its several
            image.seek(index)
        image.load()
        yield Frame(_pixels(image, data), int(image.info.get("duration", 0)))


def _pixels(image: Image.Image, data: bytes) -> Image.Image:
    """Take the decoder's picture over: in sRGB, apart from the decoder, without metadata."""
    pixels = to_srgb(mended(image, data) if image.format == "PNG" else image)
    if image.format == "AVIF":
        pixels = upright(pixels, exif_orientation(image.getexif()))
    if pixels is image and getattr(image, "is_animated", False):
        # The decoder draws the next frame on this very canvas.
        pixels = image.copy()
    # Encoders look here for profile, EXIF and comment: none goes into a result (C-116).
    pixels.info = {}
    return pixels


def may_reduce(size: Size, orientation: int) -> bool:
    """Whether pixels of a reduced decode lie where the picture's size says they do.

    The last column and row of one may stand for fewer pixels than the others. Once they are
    turned to the front, everything behind them is off by what they lack.
    """
    return orientation in _KEEPS_FIRST_CORNER or not any(side % _COARSEST for side in size)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn and mirror the pixels as the EXIF orientation says."""
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def stored_size(size: Size, orientation: int) -> Size:
    """Swap the sides of an upright size where the picture is stored lying on its side."""
    return (size[1], size[0]) if orientation in SIDEWAYS else size
