"""`indexcrop`: cut into pieces of one length and keep one (spec 02 §3)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.errors import missing
from darkroom.geometry import Box, piece
from darkroom.imaging.picture import Picture
from darkroom.imaging.steps import Context
from darkroom.process.parameters import Integer, parameter

_MOST = 2**31 - 1
"""Far over any side: more than the picture has is legal and leaves it as it is."""

_LENGTH = Integer(1, _MOST)
_EC_LENGTH = "0040-00000230"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCrop:
    """Cut into pieces along one axis and keep the one of a number, counted from 0."""

    name: ClassVar[str] = "indexcrop"
    keeps_animation: ClassVar[bool] = False

    x: int | None = parameter("x", _LENGTH, "Width of a piece.", default=None, ec=_EC_LENGTH)
    y: int | None = parameter(
        "y", _LENGTH, "Height of a piece; wins over x.", default=None, ec=_EC_LENGTH
    )
    i: int = parameter("i", Integer(0, _MOST), "Number of the piece.", default=0)

    def __post_init__(self) -> None:
        """Ask for one length (C-55)."""
        if self.x is None and self.y is None:
            raise missing("x or y")

    def apply(self, picture: Picture, _context: Context) -> Picture:
        """Cut; a number past the last piece leaves the picture as it is (documented)."""
        width, height = picture.size
        if self.y is not None:
            rows = piece(height, self.y, self.i)
            box = rows and Box(0, rows[0], width, rows[1])
        else:
            columns = piece(width, self.x or width, self.i)
            box = columns and Box(columns[0], 0, columns[1], height)
        if box is None or box.size == picture.size:
            return picture
        return picture.showing(picture.image.crop(box))
