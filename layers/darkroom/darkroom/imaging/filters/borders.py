"""Filters with a replicated border: outside pixels equal the nearest edge pixel (C-67, C-70).

Pillow's convolutions leave the border unfiltered, and its box filters replicate the border of each
pass. Borders are replicated around bands of rows, one band at a time: this needs no copy of the
whole picture, and a band fits into the processor's cache.
"""

from collections.abc import Callable

from PIL import Image

from darkroom.geometry import Box

_BAND = 256
"""Number of rows that are filtered at a time."""


def replicate_border(image: Image.Image, box: Box) -> Image.Image:
    """Return the pixels of a box, which may reach over the border, replicating edge pixels."""
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
    """Fill an area of the canvas, which may be empty, with copies of one row or column."""
    if all(area.size):
        filling = canvas.crop(line).resize(area.size, Image.Resampling.NEAREST)
        canvas.paste(filling, area)


def filter_in_bands(
    image: Image.Image, reach: int, change: Callable[[Image.Image], Image.Image]
) -> Image.Image:
    """Apply a filter whose pixels depend on others up to `reach` pixels away."""
    width, height = image.size
    result = Image.new(image.mode, image.size)
    for top in range(0, height, _BAND):
        bottom = min(top + _BAND, height)
        around = Box(-reach, top - reach, width + reach, bottom + reach)
        band = change(replicate_border(image, around))
        result.paste(band.crop((reach, reach, reach + width, reach + bottom - top)), (0, top))
    return result
