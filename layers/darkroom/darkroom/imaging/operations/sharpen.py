"""`sharpen`: stronger edges (spec 02 §11)."""

from dataclasses import dataclass
from typing import ClassVar

from PIL import Image, ImageFilter

from darkroom.imaging.filters.borders import filtered
from darkroom.imaging.picture import Picture
from darkroom.imaging.steps import Context
from darkroom.process.parameters import BARE, Integer, parameter

_FULL = 500
"""The amount at which a pixel moves by all that its neighbours differ from it (C-70)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpen:
    """Move every pixel away from its four neighbours."""

    name: ClassVar[str] = "sharpen"
    keeps_animation: ClassVar[bool] = False

    amount: int = parameter(
        BARE,
        Integer(50, 399),
        "How much; 100 suits most pictures.",
        ec="0040-00000280",
        missing_ec="0040-00000279",
    )

    def apply(self, picture: Picture, _context: Context) -> Picture:
        """Sharpen the colours; transparency stays."""
        sharpened = filtered(picture.image, 1, self._convolved)
        if picture.has_alpha:
            sharpened.putalpha(picture.image.getchannel("A"))
        return picture.showing(sharpened)

    def _convolved(self, image: Image.Image) -> Image.Image:
        side = -self.amount / _FULL
        kernel = (0, side, 0, side, 1 - 4 * side, side, 0, side, 0)
        return image.filter(ImageFilter.Kernel((3, 3), kernel, scale=1))
