"""`contrast`: change the contrast (spec 02 §10)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.tone import apply_curve
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Weight
from darkroom.process.parameters import POSITIONAL, Integer, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast(PixelOperation):
    """Multiply every colour sample by a factor between ½ and 2."""

    name: ClassVar[str] = "contrast"
    weight: ClassVar[Weight] = Weight(opaque=5, alpha=6)

    level: int = parameter(
        POSITIONAL,
        Integer(-100, 100),
        "Level; 100 doubles the contrast, -100 halves it.",
    )

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Change the colours; alpha is not changed."""
        if self.level == 0:
            return picture
        return picture.with_image(apply_curve(picture.image, self.scaled))

    def scaled(self, sample: int) -> int:
        """Return the sample times ½…2, halves rounded up (C-69: OSS's formula is not published)."""
        whole = 100 if self.level > 0 else 200
        return (2 * sample * (whole + self.level) + whole) // (2 * whole)
