"""Marks: any box of a mark can be rendered, so that only visible pixels are drawn."""

from typing import Protocol

from msgspec import Struct
from PIL import Image

from darkroom.geometry import Box, Size, union
from darkroom.imaging.operations.watermark.layout import Corner

TRANSPARENT = (0, 0, 0, 0)

MAX_RASTERIZED_PIXELS = 1 << 20
"""Pixels up to which a mark is rendered once and reused, instead of each time it is drawn."""


class Mark(Protocol):
    """A drawing that is composited over pictures; its origin is its upper left corner."""

    @property
    def size(self) -> Size:
        """The size by which it is placed."""

    @property
    def ink_bounds(self) -> Box:
        """The box of all pixels that it may draw; glyphs can extend past the size."""

    @property
    def grey(self) -> bool:
        """Whether all its colours are grey."""

    def render(self, box: Box) -> Image.Image:
        """Return the pixels of a box within `ink_bounds` as RGBA."""


class BitmapMark(Struct, frozen=True, kw_only=True, eq=False):
    """A mark of pixels, whose upper left one is at `corner`."""

    image: Image.Image
    size: Size
    corner: Corner = (0, 0)

    @property
    def ink_bounds(self) -> Box:
        """The box of the pixels."""
        return Box(0, 0, *self.image.size).translate(*self.corner)

    @property
    def grey(self) -> bool:
        """Whether the colour channels are equal, not counting fully transparent pixels."""
        if self.image.mode in ("L", "LA"):
            return True
        visible = self.image.convert("RGBa") if self.image.mode == "RGBA" else self.image
        red, green, blue, *_ = (channel.tobytes() for channel in visible.split())
        return red == green == blue

    def render(self, box: Box) -> Image.Image:
        """Return the pixels of a box as RGBA."""
        left, top = self.corner
        part = self.image.crop(box.translate(-left, -top))
        return part if part.mode == "RGBA" else part.convert("RGBA")


class MarkGroup(Struct, frozen=True, kw_only=True):
    """Marks that are placed together, later ones over earlier ones."""

    placed: tuple[tuple[Mark, Corner], ...]
    size: Size

    @property
    def ink_bounds(self) -> Box:
        """The bounds of all marks' ink."""
        return union(mark.ink_bounds.translate(*corner) for mark, corner in self.placed)

    @property
    def grey(self) -> bool:
        """Whether all marks are grey."""
        return all(mark.grey for mark, _ in self.placed)

    def render(self, box: Box) -> Image.Image:
        """Return the pixels of a box as RGBA, composited of the marks that intersect it."""
        whole = Image.new("RGBA", box.size, TRANSPARENT)
        for mark, (left, top) in self.placed:
            common = mark.ink_bounds.translate(left, top).intersection(box)
            if common is not None:
                part = mark.render(common.translate(-left, -top))
                whole.alpha_composite(part, (common.left - box.left, common.top - box.top))
        return whole


def rasterize(mark: Mark, visible: Box) -> Mark:
    """Return the visible part as a bitmap; return a large mark unchanged."""
    box = mark.ink_bounds.intersection(visible)
    if box is None:
        return BitmapMark(image=Image.new("RGBA", (0, 0)), size=mark.size)
    if box.size[0] * box.size[1] > MAX_RASTERIZED_PIXELS:
        return mark
    return BitmapMark(image=mark.render(box), size=mark.size, corner=(box.left, box.top))


def pixels(mark: Mark) -> int:
    """Return the number of pixels that a mark holds in memory."""
    match mark:
        case BitmapMark(image=image):
            return image.width * image.height
        case MarkGroup(placed=placed):
            return sum(pixels(one) for one, _ in placed)
        case _:
            return 0
