"""Antialiased masks of discs and corners; outside is transparent, or white without alpha (C-59)."""

import math
from collections.abc import Iterator

from PIL import Image, ImageChops

from darkroom.imaging.flatten import WHITE


def quarter_disc(radius: float) -> tuple[int, bytes]:
    """Return side and coverage, 0…255 row by row, of the upper left quarter of a disc.

    The disc touches the upper and the left edge. For a radius that ends in ½ the centre is the
    middle of the last pixel, which is covered in full.
    """
    side = math.ceil(radius)
    return side, b"".join(_rows(radius, side))


def _rows(radius: float, side: int) -> Iterator[bytes]:
    """Yield rows, computing only the pixels that the arc crosses: others are 0 or 255."""
    for row in range(side):
        below, above = max(0.0, radius - row - 1), radius - row
        first = int(radius - _half_chord(radius, below))
        full = math.ceil(radius - _half_chord(radius, above))
        crossed = (_covered(radius, radius - x - 1, radius - row - 1) for x in range(first, full))
        edge = bytes(round(255 * share) for share in crossed)
        yield bytes(first) + edge + b"\xff" * (side - full)


def _covered(radius: float, u: float, v: float) -> float:
    """Return the covered area of the pixel that spans u…u+1 and v…v+1 from the centre.

    A pixel that spans a centre line counts its outer half twice.
    """
    left, low = max(0.0, u), max(0.0, v)
    right, high = u + 1, v + 1
    steep = min(max(_half_chord(radius, high), left), right)
    end = min(max(_half_chord(radius, low), left), right)
    under_arc = _area(radius, end) - _area(radius, steep) - low * (end - steep)
    halves = (1 + (u < 0)) * (1 + (v < 0))
    return halves * ((steep - left) * (high - low) + under_arc)


def _half_chord(radius: float, distance: float) -> float:
    return math.sqrt(max(0.0, radius * radius - distance * distance))


def _area(radius: float, u: float) -> float:
    """Return the area between the centre line and the arc, from the centre to u."""
    angle = math.asin(min(1.0, u / radius))
    return (u * _half_chord(radius, u) + radius * radius * angle) / 2


def corner_mask(radius: float) -> Image.Image:
    """Return the upper left quarter of a disc as an antialiased mask of mode L."""
    side, coverage = quarter_disc(radius)
    return Image.frombytes("L", (side, side), coverage)


def apply_mask(image: Image.Image, mask: Image.Image, *, alpha: bool) -> None:
    """Multiply the picture by a mask of its size, in place.

    A picture without alpha gets an alpha channel if `alpha` is set, else it is blended with white.
    """
    if image.mode in ("LA", "RGBA"):
        image.putalpha(ImageChops.multiply(image.getchannel("A"), mask))
    elif alpha:
        image.putalpha(mask)
    else:
        image.paste(WHITE[: len(image.getbands())], mask=ImageChops.invert(mask))
