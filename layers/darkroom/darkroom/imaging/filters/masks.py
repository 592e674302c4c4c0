"""Antialiased masks of discs and corners; outside is transparent, or white without alpha (C-59)."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from PIL import Image, ImageChops

from darkroom.imaging.flatten import WHITE
from darkroom.imaging.picture import Picture

_WITH_ALPHA = {"L": "LA", "LA": "LA", "RGB": "RGBA", "RGBA": "RGBA"}
_ACROSS, _DOWN = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM


def quarter_disc(radius: float) -> tuple[int, bytes]:
    """Return side and coverage, 0…255 row by row, of the upper left quarter of a disc.

    The disc touches the upper and the left edge. For a radius that ends in ½ the centre is the
    middle of the last pixel, which is covered in full.
    """
    side = math.ceil(radius)
    edges = [radius - row for row in range(side + 1)]
    return side, b"".join(_rows(radius, side, edges))


def quarter_ellipse(across: int, down: int) -> bytes:
    """Return the coverage, 0…255 row by row, of the upper left quarter of an ellipse.

    It is the quarter of a disc whose rows are `across / down` high.
    """
    edges = [across * (down - row) / down for row in range(down + 1)]
    return b"".join(_rows(across, across, edges))


def _rows(radius: float, side: int, edges: Sequence[float]) -> Iterator[bytes]:
    """Yield a row between each two edges, which are distances from the centre.

    Only the pixels that the arc crosses are computed: others are 0 or 255.
    """
    for above, below in pairwise(edges):
        first = int(radius - _half_chord(radius, max(0.0, below)))
        full = math.ceil(radius - _half_chord(radius, above))
        crossed = (_covered(radius, radius - x - 1, below, above) for x in range(first, full))
        edge = bytes(round(255 * share) for share in crossed)
        yield bytes(first) + edge + b"\xff" * (side - full)


def _covered(radius: float, u: float, v: float, high: float) -> float:
    """Return the covered share of the pixel that spans u…u+1 and v…high from the centre.

    A pixel that spans a centre line counts its outer half twice.
    """
    left, low = max(0.0, u), max(0.0, v)
    right = u + 1
    steep = min(max(_half_chord(radius, high), left), right)
    end = min(max(_half_chord(radius, low), left), right)
    under_arc = _area(radius, end) - _area(radius, steep) - low * (end - steep)
    halves = (1 + (u < 0)) * (1 + (v < 0))
    return halves * ((steep - left) * (high - low) + under_arc) / (high - v)


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


def elliptical_corner_mask(across: int, down: int) -> Image.Image:
    """Return the upper left quarter of an ellipse as an antialiased mask of mode L."""
    return Image.frombytes("L", (across, down), quarter_ellipse(across, down))


def mask_corners(picture: Picture, corner: Image.Image) -> Picture:
    """Return the picture with a mask, of its upper left corner, on all four corners."""
    image = picture.image
    # `convert` copies even if the mode stays the same.
    result = image.convert(_WITH_ALPHA[image.mode] if picture.output.alpha else image.mode)
    right, bottom = picture.size[0] - corner.width, picture.size[1] - corner.height
    for mask, x in ((corner, 0), (corner.transpose(_ACROSS), right)):
        _mask_corner(result, mask, (x, 0))
        _mask_corner(result, mask.transpose(_DOWN), (x, bottom))
    return picture.with_image(result)


def _mask_corner(image: Image.Image, mask: Image.Image, offset: tuple[int, int]) -> None:
    x, y = offset
    part = image.crop((x, y, x + mask.width, y + mask.height))
    apply_mask(part, mask, alpha=False)
    image.paste(part, offset)


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
