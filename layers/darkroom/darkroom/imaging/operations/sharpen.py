"""`sharpen`: sharpen the edges (spec 02 §11)."""

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

from PIL import Image, ImageChops, ImageFilter

from darkroom.geometry import Box
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.borders import filter_in_bands
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Weight
from darkroom.process.parameters import POSITIONAL, Integer, parameter

_FULL = 500
"""The amount at which the sum of the differences to the neighbours is added in full (C-70)."""

_ANY = [0] + [255] * 255

_TILE = 256
"""Columns whose pixels next to changes of alpha are processed at a time."""
_NEIGHBOURS = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, 0, 1, 0, 1, 0), scale=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpen(PixelOperation):
    """Sharpen by adding to every pixel its differences to its four neighbours."""

    name: ClassVar[str] = "sharpen"
    weight: ClassVar[Weight] = Weight(opaque=55, alpha=180)

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
        """Sharpen with neighbours weighted by alpha: transparent colours do not affect others.

        Premultiplied colours are rounded; where alpha is uniform, the exact result is used.
        """
        alpha = image.getchannel("A")
        changes = _changes(alpha)
        if changes.getextrema() == (255, 255):
            result = self._by_mean(image)
        else:
            result = self._convolved(image)
            for left in range(0, image.width, _TILE):
                columns = changes.crop((left, 0, min(left + _TILE, image.width), image.height))
                if (found := columns.getbbox()) is not None:
                    box = Box(left + found[0], found[1], left + found[2], found[3])
                    result.paste(self._by_mean_within(image, box), box, changes.crop(box))
        result.putalpha(alpha)
        return result

    def _by_mean_within(self, image: Image.Image, box: Box) -> Image.Image:
        """Return `_by_mean` of a part of the picture, whose neighbours count."""
        left, top = max(0, box.left - 1), max(0, box.top - 1)
        around = image.crop((left, top, box.right + 1, box.bottom + 1))
        return self._by_mean(around).crop(box.translate(-left, -top))

    def _by_mean(self, image: Image.Image) -> Image.Image:
        """Extrapolate from the mean of the visible neighbours beyond each pixel."""
        neighbours = image.convert(image.mode.replace("A", "a")).filter(_NEIGHBOURS)
        neighbours = neighbours.convert(image.mode)
        sharpened = Image.blend(neighbours, image, 1 + 4 * self.amount / _FULL)
        visible = neighbours.getchannel("A")
        if visible.getextrema()[0]:
            return sharpened
        return Image.composite(sharpened, image, visible.point(_ANY))

    def _convolved(self, image: Image.Image) -> Image.Image:
        """Return the sharpened colours without alpha."""
        side = -self.amount / _FULL
        kernel = (0, side, 0, side, 1 - 4 * side, side, 0, side, 0)
        colours = image.convert(image.mode.replace("A", "")) if "A" in image.mode else image
        return colours.filter(ImageFilter.Kernel((3, 3), kernel, scale=1))


def _changes(alpha: Image.Image) -> Image.Image:
    """Return a mask of the pixels that have not the same alpha as all eight pixels around them.

    At the border, pixels of the opposite side are taken for neighbours.
    """
    across = _difference(alpha, 1, 0)
    rows = [across, ImageChops.offset(across, 0, 1), ImageChops.offset(across, 0, -1)]
    return reduce(ImageChops.lighter, rows, _difference(alpha, 0, 1)).point(_ANY)


def _difference(alpha: Image.Image, x: int, y: int) -> Image.Image:
    """Return the greater difference to the two neighbours in a direction."""
    one, other = (
        ImageChops.difference(alpha, ImageChops.offset(alpha, sign * x, sign * y))
        for sign in (1, -1)
    )
    return ImageChops.lighter(one, other)
