"""`rounded-corners`: round the corners off (spec 02 §5)."""

from dataclasses import dataclass
from typing import ClassVar

from PIL import Image

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.masks import apply_mask, corner_mask
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import Shape, Weight
from darkroom.process.parameters import Integer, parameter

_WITH_ALPHA = {"L": "LA", "LA": "LA", "RGB": "RGBA", "RGBA": "RGBA"}
_ACROSS, _DOWN = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundedCorners(PixelOperation):
    """Round the four corners off; outside, the result is transparent, or white without alpha."""

    name: ClassVar[str] = "rounded-corners"
    weight: ClassVar[Weight] = Weight(opaque=12, alpha=12)

    r: int = parameter(
        "r",
        Integer(1, 4096),
        "Radius in pixels, limited to half the shorter side.",
        ec="0040-00000237",
    )

    def shape_after(self, before: Shape) -> Shape:
        """Return the shape with transparent corners."""
        return before.masked()

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Mask the four corners; the size is not changed."""
        width, height = picture.size
        radius = min(self.r, min(picture.size) // 2)
        if radius == 0:
            return picture
        image = picture.image
        # `convert` copies even if the mode stays the same.
        result = image.convert(_WITH_ALPHA[image.mode] if picture.output.alpha else image.mode)
        left = corner_mask(radius)
        right = left.transpose(_ACROSS)
        for mask, x in ((left, 0), (right, width - radius)):
            _mask_corner(result, mask, (x, 0))
            _mask_corner(result, mask.transpose(_DOWN), (x, height - radius))
        return picture.with_image(result)


def _mask_corner(image: Image.Image, mask: Image.Image, offset: tuple[int, int]) -> None:
    x, y = offset
    part = image.crop((x, y, x + mask.width, y + mask.height))
    apply_mask(part, mask, alpha=False)
    image.paste(part, offset)
