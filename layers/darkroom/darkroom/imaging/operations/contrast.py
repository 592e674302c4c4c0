"""`contrast`: more or less contrast (spec 02 §10)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.filters.tone import with_curve
from darkroom.imaging.picture import Picture
from darkroom.imaging.steps import Context
from darkroom.process.parameters import BARE, Integer, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Spread the colours of a picture, or draw them together."""

    name: ClassVar[str] = "contrast"
    keeps_animation: ClassVar[bool] = False

    level: int = parameter(
        BARE, Integer(-100, 100), "Positive values spread, negative ones flatten."
    )

    def apply(self, picture: Picture, _context: Context) -> Picture:
        """Scale the colours; transparency stays."""
        if self.level == 0:
            return picture
        return picture.showing(with_curve(picture.image, self.scaled))

    def scaled(self, sample: int) -> int:
        """Multiply by up to 2 or down to ½, halves up: the service's own is unpublished (C-69)."""
        whole = 100 if self.level > 0 else 200
        return (2 * sample * (whole + self.level) + whole) // (2 * whole)
