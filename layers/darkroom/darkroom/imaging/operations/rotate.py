"""`rotate`: rotate clockwise (spec 02 §6)."""

import math
from dataclasses import dataclass
from typing import ClassVar

from PIL import Image, ImageChops

from darkroom.geometry import Box, Size
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.borders import replicate_border
from darkroom.imaging.flatten import WHITE
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.resampling import premultiply_with_headroom, unpremultiply
from darkroom.imaging.work import STEP, Shape, Weight, WorkSum
from darkroom.limits import Limits
from darkroom.process.parameters import POSITIONAL, Integer, parameter

_QUARTERS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""Transpositions by clockwise degrees; Pillow's names count counter-clockwise."""

_TRANSPOSITION = Weight(opaque=6, alpha=6)

_ROWS = 256
"""Number of rows of the canvas that are computed at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotate(PixelOperation):
    """Rotate clockwise by whole degrees; the canvas grows to hold the corners."""

    name: ClassVar[str] = "rotate"
    weight: ClassVar[Weight] = Weight(opaque=100, alpha=190)

    degrees: int = parameter(
        POSITIONAL,
        Integer(0, 360, "°"),
        "Angle in degrees, clockwise.",
        ec="0040-00000217",
        missing_ec="0040-00000216",
    )

    def size_after(self, size: Size, *, animated: bool) -> Size:  # noqa: ARG002 - the base's
        """Return the size of the canvas."""
        return rotated_size(size, self.degrees)

    def shape_after(self, before: Shape) -> Shape:
        """Return the shape of the canvas, which is transparent outside the rotated picture."""
        after = before.resized(self.size_after(before.size, animated=before.animated))
        return after if self.degrees % 90 == 0 else after.masked()

    def add_work(
        self, total: WorkSum, before: Shape, after: Shape, context: ProcessingContext
    ) -> None:
        """Add the work; little for multiples of 90 degrees, which only move pixels."""
        context.limits.check_rotation(before.size)
        weight = _TRANSPOSITION if self.degrees % 90 == 0 else self.weight
        total.add(STEP + weight.of(after.pixels, alpha=after.alpha))

    def apply(self, picture: Picture, context: ProcessingContext) -> Picture:
        """Rotate; raise `BadRequest` for a side over 4096 pixels."""
        context.limits.check_rotation(picture.size)
        if self.degrees in (0, 360):
            return picture
        if quarter := _QUARTERS.get(self.degrees):
            return picture.with_image(picture.image.transpose(quarter))
        turned, coverage = rotate_image(picture.image, self.degrees)
        if picture.output.alpha:
            return picture.with_image(_with_coverage(turned, coverage))
        # In place, to save a copy: at 45 degrees the canvas has twice the picture's pixels.
        turned.paste(WHITE[: len(turned.getbands())], mask=ImageChops.invert(coverage))
        return picture.with_image(turned)

    def result_size(self, size: Size, limits: Limits, *, animated: bool) -> Size:
        """Return the size of the canvas; raise `BadRequest` for a side over 4096 pixels."""
        limits.check_rotation(size)
        return self.size_after(size, animated=animated)


def rotated_size(size: Size, degrees: int) -> Size:
    """Return the size of a rotated picture's bounding box, sides rounded (C-61)."""
    cos, sin = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    width, height = size
    return (
        max(1, math.floor(width * cos + height * sin + 0.5)),
        max(1, math.floor(width * sin + height * cos + 0.5)),
    )


def rotate_image(image: Image.Image, degrees: int) -> tuple[Image.Image, Image.Image]:
    """Rotate about the centre, bicubic; return the pixels and a mask of their coverage, mode L.

    The coverage antialiases the edges, which the rotation itself cuts at whole pixels.
    """
    size = rotated_size(image.size, degrees)
    matrix = rotation_matrix((image.width + 2, image.height + 2), size, degrees)
    return _turned_pixels(image, size, matrix), _turned_coverage(image.size, size, matrix)


def _turned_pixels(image: Image.Image, size: Size, matrix: tuple[float, ...]) -> Image.Image:
    """Rotate with a replicated border, from which pixels at the edge take their colour.

    Works on bands of rows, so that no intermediate image is as large as the canvas.
    """
    framed = replicate_border(image, Box(-1, -1, image.width + 1, image.height + 1))
    clear = image.mode in ("LA", "RGBA")
    if clear:
        framed = premultiply_with_headroom(framed)
    turned = Image.new(image.mode, size)
    for top in range(0, size[1], _ROWS):
        rows = (size[0], min(_ROWS, size[1] - top))
        band = _transformed(framed, rows, _shift_rows(matrix, top))
        turned.paste(unpremultiply(band, image.mode) if clear else band, (0, top))
    return turned


def _transformed(image: Image.Image, size: Size, matrix: tuple[float, ...]) -> Image.Image:
    return image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)


def _shift_rows(matrix: tuple[float, ...], rows: int) -> tuple[float, ...]:
    """Return the matrix for a target whose first row is row `rows`."""
    a, b, c, d, e, f = matrix
    return a, b, c + b * rows, d, e, f + e * rows


def _turned_coverage(inner: Size, size: Size, matrix: tuple[float, ...]) -> Image.Image:
    framed = Image.new("L", (inner[0] + 2, inner[1] + 2))
    framed.paste(255, (1, 1, inner[0] + 1, inner[1] + 1))
    return framed.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def rotation_matrix(source: Size, target: Size, degrees: int) -> tuple[float, ...]:
    """Return the affine coefficients from target to source coordinates, centre on centre."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = target[0] / 2, target[1] / 2
    return (
        *(cos, sin, source[0] / 2 - cos * x - sin * y),
        *(-sin, cos, source[1] / 2 + sin * x - cos * y),
    )


def _with_coverage(image: Image.Image, coverage: Image.Image) -> Image.Image:
    if image.mode in ("LA", "RGBA"):
        coverage = ImageChops.multiply(image.getchannel("A"), coverage)
    image.putalpha(coverage)
    return image
