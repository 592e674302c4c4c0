"""`sharpen`: sharpen the edges (spec 02 §11)."""

from dataclasses import dataclass
from typing import ClassVar

from PIL import Image, ImageChops, ImageFilter

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.borders import filter_in_bands
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.process.parameters import POSITIONAL, Integer, parameter

_FULL = 500
"""The amount at which the sum of the differences to the neighbours is added in full (C-70)."""

_LOWEST, _HIGHEST = ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3)
_NEIGHBOURS = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, 0, 1, 0, 1, 0), scale=4)


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
        image = picture.image
        if picture.has_alpha and image.getchannel("A").getextrema() != (255, 255):
            return picture.with_image(filter_in_bands(image, 1, self._weighted))
        sharpened = filter_in_bands(image, 1, self._convolved)
        if picture.has_alpha:
            sharpened.putalpha(image.getchannel("A"))
        return picture.with_image(sharpened)

    def _weighted(self, image: Image.Image) -> Image.Image:
        """Sharpen with neighbours weighted by alpha: transparent colours do not affect others."""
        alpha = image.getchannel("A")
        neighbours = image.convert(image.mode.replace("A", "a")).filter(_NEIGHBOURS)
        neighbours = neighbours.convert(image.mode)
        visible = neighbours.getchannel("A").point([0] + [255] * 255)
        # Extrapolates from the neighbours' mean beyond the pixel.
        sharpened = Image.blend(neighbours, image, 1 + 4 * self.amount / _FULL)
        result = Image.composite(sharpened, image, visible)
        # Premultiplied colours are rounded; where alpha is uniform, the exact result is used.
        lowest, highest = alpha.filter(_LOWEST), alpha.filter(_HIGHEST)
        changes = ImageChops.difference(lowest, highest).point([0] + [255] * 255)
        result = Image.composite(result, self._convolved(image), changes)
        result.putalpha(alpha)
        return result

    def _convolved(self, image: Image.Image) -> Image.Image:
        side = -self.amount / _FULL
        kernel = (0, side, 0, side, 1 - 4 * side, side, 0, side, 0)
        return image.filter(ImageFilter.Kernel((3, 3), kernel, scale=1))
