"""`elliptical-corners`: round the corners off by two radii (spec 07 §2)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.masks import corner_mask, elliptical_corner_mask, mask_corners
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Shape, Weight
from darkroom.process.parameters import Length, PixelsOrPercent, parameter

_RADIUS = PixelsOrPercent(max_pixels=4096, max_percent=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class EllipticalCorners(PixelOperation):
    """Round the four corners off by a horizontal and a vertical radius; no operation of OSS."""

    name: ClassVar[str] = "elliptical-corners"
    weight: ClassVar[Weight] = Weight(opaque=12, alpha=12)

    x: Length = parameter(
        "x",
        _RADIUS,
        "Horizontal radius in pixels or percent of the shorter side, limited to half of it.",
    )
    y: Length = parameter("y", _RADIUS, "Vertical radius, likewise.")

    def shape_after(self, before: Shape) -> Shape:
        """Return the shape with transparent corners."""
        return before.masked()

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Mask the four corners; the size is not changed."""
        shorter = min(picture.size)
        across, down = (min(radius.of(shorter), shorter // 2) for radius in (self.x, self.y))
        if shorter < 2:
            return picture
        if across == down:
            return mask_corners(picture, corner_mask(across))
        return mask_corners(picture, elliptical_corner_mask(across, down))
