"""Marks onto pictures: only the pixels that a mark covers are worked on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from darkroom.geometry import Box, Size
from darkroom.imaging.operations.watermark.layout import Corner, tiles
from darkroom.imaging.operations.watermark.marks import Mark, MarkGroup, rasterize

BLOCK = 1024
"""Side of what is drawn at a time: the largest mark needs no more memory than that."""

MIN_TILE_SIDE = 256
"""Side up to which tiles are put together first, so that a picture takes few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A mark with the places it is laid at, and its opacity in percent."""

    mark: Mark
    corners: Sequence[Corner]
    opacity: int

    def draw_on(self, image: Image.Image) -> Image.Image:
        """Lay the mark over a copy of the picture, cut at the edges (C-80)."""
        result = self._in_colour_mode_for(image)
        whole = Box(0, 0, *image.size)
        for left, top in self.corners:
            covered = self.mark.ink_bounds.translate(left, top).intersection(whole)
            for box in blocks(covered) if covered else ():
                part = self.mark.render(box.translate(-left, -top))
                _composite(result, fade(part, self.opacity), box)
        return result

    def rasterized(self, size: Size) -> "Overlay":
        """Have the mark drawn, if it is small, as far as a picture of `size` shows it."""
        ((left, top),) = self.corners
        return replace(self, mark=rasterize(self.mark, Box(0, 0, *size).translate(-left, -top)))

    def _in_colour_mode_for(self, image: Image.Image) -> Image.Image:
        """Copy the picture; a grey one stays grey unless the mark brings colour (C-117)."""
        if image.mode in ("RGB", "RGBA") or self.mark.grey:
            return image.copy()
        return image.convert("RGBA" if image.mode == "LA" else "RGB")


def tile(mark: Mark, gaps: Size, size: Size, opacity: int) -> Overlay:
    """Cover a picture of a size; small tiles become larger ones of the same pattern (C-81)."""
    seen = Box(*mark.ink_bounds[:2], *size)
    step = max(1, mark.size[0] + gaps[0]), max(1, mark.size[1] + gaps[1])
    mark = rasterize(mark, seen)
    while step[0] < min(MIN_TILE_SIDE, size[0]):
        mark, step = _twice(mark, (step[0], 0), seen), (2 * step[0], step[1])
    while step[1] < min(MIN_TILE_SIDE, size[1]):
        mark, step = _twice(mark, (0, step[1]), seen), (step[0], 2 * step[1])
    return Overlay(mark=mark, corners=tiles(size, step), opacity=opacity)


def _twice(mark: Mark, shift: Corner, seen: Box) -> Mark:
    return rasterize(MarkGroup(placed=((mark, (0, 0)), (mark, shift)), size=mark.size), seen)


def blocks(box: Box) -> Iterator[Box]:
    """Cut a box into blocks."""
    for left, top in tiles(box.size, (BLOCK, BLOCK)):
        block = Box(left, top, left + BLOCK, top + BLOCK).translate(box.left, box.top)
        yield Box(*block[:2], min(block.right, box.right), min(block.bottom, box.bottom))


def fade(mark: Image.Image, percent: int) -> Image.Image:
    """Leave a mark, RGBA or its alpha alone, so much of its opacity; may change it."""
    if percent == 100:
        return mark
    shares = [(value * percent + 50) // 100 for value in range(256)]
    if mark.mode == "L":
        return mark.point(shares)
    mark.putalpha(mark.getchannel("A").point(shares))
    return mark


def _composite(image: Image.Image, part: Image.Image, box: Box) -> None:
    """Composite source-over, in place (spec 03 §4)."""
    if image.mode in ("L", "RGB"):
        image.paste(part, box, mask=part)
        return
    under = image.crop(box).convert("RGBA")
    under.alpha_composite(part)
    image.paste(under.convert(image.mode), box)
