"""`flip`: mirror the picture (spec 02 §18a)."""

from dataclasses import dataclass
from typing import ClassVar

from PIL import Image

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Weight
from darkroom.process.parameters import POSITIONAL, Integer, parameter

_TRANSPOSITIONS = (
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.ROTATE_180,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip(PixelOperation):
    """Mirror the picture; an animation becomes its first frame."""

    name: ClassVar[str] = "flip"
    weight: ClassVar[Weight] = Weight(opaque=5, alpha=6)

    direction: int = parameter(
        POSITIONAL, Integer(0, 2), "0 mirrors top to bottom, 1 left to right, 2 both."
    )

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Mirror the pixels; the size stays the same."""
        return picture.with_image(picture.image.transpose(_TRANSPOSITIONS[self.direction]))
