"""`rounded-corners`: round the corners off (spec 02 §5)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.masks import corner_mask, mask_corners
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Shape, Weight
from darkroom.process.parameters import Integer, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundedCorners(PixelOperation):
    """Round the four corners off; outside, the result is transparent, or white without alpha."""

    name: ClassVar[str] = "rounded-corners"
    weight: ClassVar[Weight] = Weight(opaque=12, alpha=12)

    r: int = parameter(
        "r",
        Integer(1, 4096, "px", soft=(1, 300)),
        "Radius in pixels, limited to half the shorter side.",
        ec="0040-00000237",
    )

    def shape_after(self, before: Shape) -> Shape:
        """Return the shape with transparent corners."""
        return before.masked()

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Mask the four corners; the size is not changed."""
        radius = min(self.r, min(picture.size) // 2)
        return mask_corners(picture, corner_mask(radius)) if radius else picture
