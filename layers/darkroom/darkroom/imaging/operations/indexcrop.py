"""`indexcrop`: cut into pieces of one length and keep one (spec 02 §3)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.errors import missing
from darkroom.geometry import Box, slice_bounds
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.process.parameters import Integer, parameter

_MAX = 2**31 - 1
"""Far over any side: more than the picture has is legal and leaves it as it is."""

_LENGTH = Integer(1, _MAX)
_EC_LENGTH = "0040-00000230"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCrop(PixelOperation):
    """Cut into pieces along one axis and keep the one of a number, counted from 0."""

    name: ClassVar[str] = "indexcrop"

    x: int | None = parameter("x", _LENGTH, "Width of a piece.", default=None, ec=_EC_LENGTH)
    y: int | None = parameter(
        "y", _LENGTH, "Height of a piece; wins over x.", default=None, ec=_EC_LENGTH
    )
    i: int = parameter("i", Integer(0, _MAX), "Number of the piece.", default=0)

    def __post_init__(self) -> None:
        """Ask for one length (C-55)."""
        if self.x is None and self.y is None:
            raise missing("x or y")

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Cut; a number past the last piece leaves the picture as it is (documented)."""
        width, height = picture.size
        if self.y is not None:
            rows = slice_bounds(height, self.y, self.i)
            box = rows and Box(0, rows[0], width, rows[1])
        else:
            columns = slice_bounds(width, self.x or width, self.i)
            box = columns and Box(columns[0], 0, columns[1], height)
        if box is None or box.size == picture.size:
            return picture
        return picture.with_image(picture.image.crop(box))
