"""Filtering up to the border as if the outermost pixels went on for ever (C-67, C-70).

Pillow's convolutions leave the border unfiltered, and its box filters repeat the edge anew
in each pass. Both are put right on strips along the border: framing the whole picture would
cost another copy of it.
"""

from collections.abc import Callable, Iterator

from PIL import Image

from darkroom.limits import Size
from darkroom.operations.geometry import Box


def extended(image: Image.Image, box: Box) -> Image.Image:
    """Cut out a box that may reach over the border, where the edge pixels are repeated."""
    canvas = image.crop(box)
    width, height = canvas.size
    left, top = max(0, -box.left), max(0, -box.top)
    right, bottom = min(box.right, image.width) - box.left, min(box.bottom, image.height) - box.top
    _stretch(canvas, Box(left, top, right, top + 1), Box(left, 0, right, top))
    _stretch(canvas, Box(left, bottom - 1, right, bottom), Box(left, bottom, right, height))
    _stretch(canvas, Box(left, 0, left + 1, height), Box(0, 0, left, height))
    _stretch(canvas, Box(right - 1, 0, right, height), Box(right, 0, width, height))
    return canvas


def _stretch(canvas: Image.Image, line: Box, area: Box) -> None:
    """Fill an area of the canvas, which may be empty, with one of its rows or columns."""
    if all(area.size):
        filling = canvas.crop(line).resize(area.size, Image.Resampling.NEAREST)
        canvas.paste(filling, area)


def filtered(
    image: Image.Image, reach: int, change: Callable[[Image.Image], Image.Image]
) -> Image.Image:
    """Apply a filter of which each pixel depends on others up to `reach` away."""
    result = change(image)
    for strip in _border(image.size, reach):
        left, top, right, bottom = strip
        around = Box(left - reach, top - reach, right + reach, bottom + reach)
        width, height = strip.size
        inner = Box(reach, reach, reach + width, reach + height)
        result.paste(change(extended(image, around)).crop(inner), strip)
    return result


def _border(size: Size, depth: int) -> Iterator[Box]:
    """Give the strips along the four sides."""
    width, height = size
    across, down = min(depth, width), min(depth, height)
    yield Box(0, 0, width, down)
    yield Box(0, height - down, width, height)
    yield Box(0, 0, across, height)
    yield Box(width - across, 0, width, height)
