"""`sharpen`: sharpen the edges (spec 02 §11)."""

from dataclasses import dataclass
from typing import ClassVar

from PIL import Image, ImageFilter

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.borders import filter_in_bands
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.process.parameters import POSITIONAL, Integer, parameter

_FULL = 500
"""The amount at which the sum of the differences to the neighbours is added in full (C-70)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpen(PixelOperation):
    """Sharpen by adding to every pixel its differences to its four neighbours."""

    name: ClassVar[str] = "sharpen"

    amount: int = parameter(
        POSITIONAL,
        Integer(50, 399),
        "Strength; 100 suits most pictures.",
        ec="0040-00000280",
        missing_ec="0040-00000279",
    )

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Sharpen the colours; alpha is not changed."""
        sharpened = filter_in_bands(picture.image, 1, self._convolved)
        if picture.has_alpha:
            sharpened.putalpha(picture.image.getchannel("A"))
        return picture.with_image(sharpened)

    def _convolved(self, image: Image.Image) -> Image.Image:
        side = -self.amount / _FULL
        kernel = (0, side, 0, side, 1 - 4 * side, side, 0, side, 0)
        return image.filter(ImageFilter.Kernel((3, 3), kernel, scale=1))
