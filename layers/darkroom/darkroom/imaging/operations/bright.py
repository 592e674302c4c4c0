"""`bright`: lighten or darken (spec 02 §9)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.filters.tone import with_curve
from darkroom.imaging.picture import Picture
from darkroom.imaging.steps import Context
from darkroom.process.parameters import BARE, Integer, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Bright:
    """Make every pixel lighter or darker by the same amount."""

    name: ClassVar[str] = "bright"
    keeps_animation: ClassVar[bool] = False

    level: int = parameter(
        BARE, Integer(-100, 100), "Levels added; negative ones darken.", ec="0040-00000246"
    )

    def apply(self, picture: Picture, _context: Context) -> Picture:
        """Shift the colours; transparency stays."""
        if self.level == 0:
            return picture
        return picture.showing(with_curve(picture.image, self.shifted))

    def shifted(self, sample: int) -> int:
        """Add the level: the service's own formula is unpublished (C-68)."""
        return sample + self.level
