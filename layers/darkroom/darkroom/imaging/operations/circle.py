"""`circle`: crop to a disc (spec 02 §4)."""

from dataclasses import dataclass
from typing import ClassVar

from PIL import Image

from darkroom.geometry import Size, disc_box
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.filters.masks import apply_mask, corner_mask
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.picture import Picture
from darkroom.imaging.work import STEP, Shape, Weight, WorkSum
from darkroom.process.parameters import Integer, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle(PixelOperation):
    """Crop to a disc at the centre; outside, the result is transparent, or white without alpha."""

    name: ClassVar[str] = "circle"
    weight: ClassVar[Weight] = Weight(opaque=10, alpha=12)

    r: int = parameter(
        "r",
        Integer(1, 4096, "px", soft=(1, 500)),
        "Radius in pixels, limited to half the shorter side.",
        ec="0040-00000233",
    )

    def size_after(self, size: Size, *, animated: bool) -> Size:  # noqa: ARG002 - the base's
        """Return the size of the square around the disc."""
        return disc_box(size, self.r).size

    def shape_after(self, before: Shape) -> Shape:
        """Return the shape of the square, transparent outside the disc."""
        return before.resized(self.size_after(before.size, animated=before.animated)).masked()

    def add_work(
        self, total: WorkSum, before: Shape, after: Shape, context: ProcessingContext
    ) -> None:
        """Add the work of the square: nothing else of the picture is read."""
        del before, context
        total.add(STEP + self.weight.of(after.pixels, alpha=after.alpha))

    def apply(self, picture: Picture, _context: ProcessingContext) -> Picture:
        """Crop to the square around the disc, 2r + 1 pixels a side, and mask it."""
        square = picture.image.crop(disc_box(picture.size, self.r))
        # A single pixel is not masked (C-60).
        if square.width > 1:
            apply_mask(square, _disc(square.width), alpha=picture.output.alpha)
        return picture.with_image(square)


def _disc(side: int) -> Image.Image:
    """Return the mask of a disc in a square of odd side, from quarters that share the middle."""
    part = corner_mask(side / 2)
    middle = side // 2
    disc = Image.new("L", (side, side))
    disc.paste(part)
    disc.paste(part.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (middle, 0))
    upper = disc.crop((0, 0, side, middle + 1))
    disc.paste(upper.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, middle))
    return disc
