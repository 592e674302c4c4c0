"""`contrast`: more or less contrast (spec 02 §10)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.tone import apply_curve
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.process.parameters import POSITIONAL, Integer, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast(PixelOperation):
    """Spread the colours of a picture, or draw them together."""

    name: ClassVar[str] = "contrast"

    level: int = parameter(
        POSITIONAL, Integer(-100, 100), "Positive values spread, negative ones flatten."
    )

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Scale the colours; transparency stays."""
        if self.level == 0:
            return picture
        return picture.with_image(apply_curve(picture.image, self.scaled))

    def scaled(self, sample: int) -> int:
        """Multiply by up to 2 or down to ½, halves up: the service's own is unpublished (C-69)."""
        whole = 100 if self.level > 0 else 200
        return (2 * sample * (whole + self.level) + whole) // (2 * whole)
