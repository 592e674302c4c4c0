"""`indexcrop`: slice into pieces of equal length and keep one (spec 02 §3)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.errors import missing
from darkroom.geometry import Box, Size, slice_bounds
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Weight
from darkroom.process.parameters import Integer, parameter

_MAX = 2**31 - 1
"""Larger than any side: an index past the last piece is valid and changes nothing."""

_LENGTH = Integer(1, _MAX, "px", soft=(1, 1000))
_EC_LENGTH = "0040-00000230"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCrop(PixelOperation):
    """Slice the picture into pieces along one axis and keep one piece."""

    name: ClassVar[str] = "indexcrop"
    weight: ClassVar[Weight] = Weight(opaque=3, alpha=4)

    x: int | None = parameter(
        "x",
        _LENGTH,
        "Width of each piece, for slices from left to right.",
        default=None,
        ec=_EC_LENGTH,
    )
    y: int | None = parameter(
        "y",
        _LENGTH,
        "Height of each piece, for slices from top to bottom; takes precedence over x.",
        default=None,
        ec=_EC_LENGTH,
    )
    i: int = parameter(
        "i",
        Integer(0, _MAX, soft=(0, 20)),
        "Index of the piece, from 0; past the last piece the picture stays whole.",
        default=0,
    )

    def __post_init__(self) -> None:
        """Raise `MissingArgument` without a length (C-55)."""
        if self.x is None and self.y is None:
            raise missing("x or y")

    def size_after(self, size: Size, *, animated: bool) -> Size:  # noqa: ARG002 - the base's
        """Return the size of the piece."""
        box = self._box(size)
        return size if box is None else box.size

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Crop to the piece; return the picture itself for an index past the last (spec 02 §3)."""
        box = self._box(picture.size)
        if box is None or box.size == picture.size:
            return picture
        return picture.with_image(picture.image.crop(box))

    def _box(self, size: Size) -> Box | None:
        width, height = size
        if self.y is not None:
            rows = slice_bounds(height, self.y, self.i)
            return rows and Box(0, rows[0], width, rows[1])
        columns = slice_bounds(width, self.x or width, self.i)
        return columns and Box(columns[0], 0, columns[1], height)
