"""What marks are: they give any part of themselves, so that no more is drawn than is seen."""

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from darkroom.geometry import Box, Size, union
from darkroom.imaging.operations.watermark.layout import Corner

TRANSPARENT = (0, 0, 0, 0)

MAX_RASTERIZED_PIXELS = 1 << 20
"""Pixels up to which a mark is better drawn once than anew each time it is laid."""


class Mark(Protocol):
    """Something that is laid over pictures; its coordinates begin at its upper left."""

    @property
    def size(self) -> Size:
        """The box by which it is placed."""

    @property
    def ink_bounds(self) -> Box:
        """The pixels that it may touch: letters lean out of their box."""

    @property
    def grey(self) -> bool:
        """Whether it brings no colour to a grey picture."""

    def render(self, box: Box) -> Image.Image:
        """Draw what lies in a box within its reach: RGBA."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BitmapMark:
    """A mark of pixels, which begin at `corner`."""

    image: Image.Image
    size: Size
    corner: Corner = (0, 0)

    @property
    def ink_bounds(self) -> Box:
        """Where the pixels are."""
        return Box(0, 0, *self.image.size).translate(*self.corner)

    @property
    def grey(self) -> bool:
        """Whether all channels are alike; colour under full transparency counts as none."""
        if self.image.mode in ("L", "LA"):
            return True
        seen = self.image.convert("RGBa") if self.image.mode == "RGBA" else self.image
        red, green, blue, *_ = (channel.tobytes() for channel in seen.split())
        return red == green == blue

    def render(self, box: Box) -> Image.Image:
        """Cut it out."""
        left, top = self.corner
        part = self.image.crop(box.translate(-left, -top))
        return part if part.mode == "RGBA" else part.convert("RGBA")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkGroup:
    """Marks that act as one, later ones over earlier ones."""

    placed: tuple[tuple[Mark, Corner], ...]
    size: Size

    @property
    def ink_bounds(self) -> Box:
        """The box around what they reach."""
        return union(mark.ink_bounds.translate(*corner) for mark, corner in self.placed)

    @property
    def grey(self) -> bool:
        """Whether none brings colour."""
        return all(mark.grey for mark, _ in self.placed)

    def render(self, box: Box) -> Image.Image:
        """Draw the parts of those that lie there."""
        whole = Image.new("RGBA", box.size, TRANSPARENT)
        for mark, (left, top) in self.placed:
            common = mark.ink_bounds.translate(left, top).intersection(box)
            if common is not None:
                part = mark.render(common.translate(-left, -top))
                whole.alpha_composite(part, (common.left - box.left, common.top - box.top))
        return whole


def rasterize(mark: Mark, seen: Box) -> Mark:
    """Draw a small mark for good, as far as it is seen."""
    box = mark.ink_bounds.intersection(seen)
    if box is None:
        return BitmapMark(image=Image.new("RGBA", (0, 0)), size=mark.size)
    if box.size[0] * box.size[1] > MAX_RASTERIZED_PIXELS:
        return mark
    return BitmapMark(image=mark.render(box), size=mark.size, corner=(box.left, box.top))


def pixels(mark: Mark) -> int:
    """Count the pixels that a mark keeps in memory."""
    match mark:
        case BitmapMark(image=image):
            return image.width * image.height
        case MarkGroup(placed=placed):
            return sum(pixels(one) for one, _ in placed)
        case _:
            return 0
