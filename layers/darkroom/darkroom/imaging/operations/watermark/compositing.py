"""Compositing of marks over pictures, limited to the pixels that a mark covers."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace
from PIL import Image

from darkroom.geometry import Box, Size
from darkroom.imaging.operations.watermark.layout import Corner, tiles
from darkroom.imaging.operations.watermark.marks import Mark, MarkGroup, rasterize

BLOCK = 1024
"""Side of the blocks that are composited at a time, which bounds the memory for large marks."""

MIN_TILE_SIDE = 256
"""Side up to which tiles are doubled, so that a picture needs few of them."""


class Overlay(Struct, frozen=True, kw_only=True):
    """A mark, the positions where it is drawn, and its opacity in percent."""

    mark: Mark
    corners: Sequence[Corner]
    opacity: int

    def draw_on(self, image: Image.Image) -> Image.Image:
        """Composite the mark over a copy of the picture, clipped at the edges (C-80)."""
        result = self._in_colour_mode_for(image)
        whole = Box(0, 0, *image.size)
        for left, top in self.corners:
            covered = self.mark.ink_bounds.translate(left, top).intersection(whole)
            for box in blocks(covered) if covered else ():
                part = self.mark.render(box.translate(-left, -top))
                _composite(result, fade(part, self.opacity), box)
        return result

    def rasterized(self, size: Size) -> "Overlay":
        """Return an overlay whose mark is rasterized for a picture of `size`, if it is small."""
        ((left, top),) = self.corners
        return replace(self, mark=rasterize(self.mark, Box(0, 0, *size).translate(-left, -top)))

    def _in_colour_mode_for(self, image: Image.Image) -> Image.Image:
        """Return a copy of the picture; grey becomes RGB only for a mark with colour (C-117)."""
        if image.mode in ("RGB", "RGBA") or self.mark.grey:
            return image.copy()
        return image.convert("RGBA" if image.mode == "LA" else "RGB")


def tile(mark: Mark, gaps: Size, size: Size, opacity: int) -> Overlay:
    """Return an overlay that covers a picture of `size`; small tiles are doubled first (C-81)."""
    visible = Box(*mark.ink_bounds[:2], *size)
    step = max(1, mark.size[0] + gaps[0]), max(1, mark.size[1] + gaps[1])
    mark = rasterize(mark, visible)
    while step[0] < min(MIN_TILE_SIDE, size[0]):
        mark, step = _doubled(mark, (step[0], 0), visible), (2 * step[0], step[1])
    while step[1] < min(MIN_TILE_SIDE, size[1]):
        mark, step = _doubled(mark, (0, step[1]), visible), (step[0], 2 * step[1])
    return Overlay(mark=mark, corners=tiles(size, step), opacity=opacity)


def _doubled(mark: Mark, shift: Corner, visible: Box) -> Mark:
    return rasterize(MarkGroup(placed=((mark, (0, 0)), (mark, shift)), size=mark.size), visible)


def blocks(box: Box) -> Iterator[Box]:
    """Yield the blocks of at most `BLOCK` pixels a side that make up a box."""
    for left, top in tiles(box.size, (BLOCK, BLOCK)):
        block = Box(left, top, left + BLOCK, top + BLOCK).translate(box.left, box.top)
        yield Box(*block[:2], min(block.right, box.right), min(block.bottom, box.bottom))


def fade(mark: Image.Image, percent: int) -> Image.Image:
    """Multiply the alpha of an RGBA mark, or a mask of mode L; may change `mark` in place."""
    if percent == 100:
        return mark
    shares = [(value * percent + 50) // 100 for value in range(256)]
    if mark.mode == "L":
        return mark.point(shares)
    mark.putalpha(mark.getchannel("A").point(shares))
    return mark


def _composite(image: Image.Image, part: Image.Image, box: Box) -> None:
    """Composite `part` source-over into the box, in place (spec 03 §4)."""
    if image.mode in ("L", "RGB"):
        image.paste(part, box, mask=part)
        return
    under = image.crop(box).convert("RGBA")
    under.alpha_composite(part)
    image.paste(under.convert(image.mode), box)
