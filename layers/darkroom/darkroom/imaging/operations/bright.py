"""`bright`: change the brightness (spec 02 §9)."""

from dataclasses import dataclass
from typing import ClassVar

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.tone import apply_curve
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Weight
from darkroom.process.parameters import POSITIONAL, Integer, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Bright(PixelOperation):
    """Add a number of levels to every colour sample, clipped to 0…255."""

    name: ClassVar[str] = "bright"
    weight: ClassVar[Weight] = Weight(opaque=5, alpha=6)

    level: int = parameter(
        POSITIONAL, Integer(-100, 100), "Levels to add; negative values darken.", ec="0040-00000246"
    )

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Change the colours; alpha is not changed."""
        if self.level == 0:
            return picture
        return picture.with_image(apply_curve(picture.image, self.shifted))

    def shifted(self, sample: int) -> int:
        """Return the sample plus the level (C-68: OSS's formula is not published)."""
        return sample + self.level
