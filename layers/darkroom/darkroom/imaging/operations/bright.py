"""`bright`: lighten or darken (spec 02 §9)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.tone import apply_curve
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.process.parameters import POSITIONAL, Integer, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Bright(PixelOperation):
    """Make every pixel lighter or darker by the same amount."""

    name: ClassVar[str] = "bright"

    level: int = parameter(
        POSITIONAL, Integer(-100, 100), "Levels added; negative ones darken.", ec="0040-00000246"
    )

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Shift the colours; transparency stays."""
        if self.level == 0:
            return picture
        return picture.with_image(apply_curve(picture.image, self.shifted))

    def shifted(self, sample: int) -> int:
        """Add the level: the service's own formula is unpublished (C-68)."""
        return sample + self.level
