"""`crop`: crop to a rectangle (spec 02 §2)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.errors import Code, OssError
from darkroom.geometry import GRAVITIES, Box, Size, crop_box
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Weight
from darkroom.process.parameters import Choice, Integer, parameter

_SIDE = Integer(0, 16_384, "px", soft=(0, 2000))
_SHIFT = Integer(0, 30_000, "px", soft=(0, 2000))

_DETECTED = ("face", "auto")
"""Gravities that need a detection service (C-97)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop(PixelOperation):
    """Crop to a rectangle at an offset from a gravity, clipped to the picture."""

    name: ClassVar[str] = "crop"
    weight: ClassVar[Weight] = Weight(opaque=3, alpha=4)

    w: int = parameter(
        "w", _SIDE, "Width; 0 extends it to the edge.", default=0, ec="0040-00000225"
    )
    h: int = parameter(
        "h", _SIDE, "Height; 0 extends it to the edge.", default=0, ec="0040-00000226"
    )
    x: int = parameter(
        "x", _SHIFT, "Horizontal offset in pixels, to the right.", default=0, ec="0040-00000223"
    )
    y: int = parameter(
        "y", _SHIFT, "Vertical offset in pixels, downwards.", default=0, ec="0040-00000224"
    )
    g: str = parameter(
        "g",
        Choice((*GRAVITIES, *_DETECTED)),
        "Gravity: position of the rectangle before the offset.",
        default="nw",
    )

    def keeps_animation(self) -> bool:
        """Return True: an animation stays animated."""
        return True

    def __post_init__(self) -> None:
        """Raise `NotImplemented` for gravities that need a detection service (C-97)."""
        if self.g in _DETECTED:
            raise OssError(Code.NOT_IMPLEMENTED, f"crop by {self.g} is not implemented.")

    def size_after(self, size: Size, *, animated: bool) -> Size:  # noqa: ARG002 - the base's
        """Return the size of the rectangle; raises `BadRequest` for an origin outside (C-53)."""
        return self._box(size).size

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Crop; raise `BadRequest` for an origin outside the picture (C-53)."""
        return picture.with_image(picture.image.crop(self._box(picture.size)))

    def _box(self, size: Size) -> Box:
        box = crop_box(size, (self.w, self.h), self.g, (self.x, self.y))
        if box is None:
            raise OssError(Code.BAD_REQUEST, "Advance cut's position is out of image.")
        return box
