"""Marks onto pictures: only the pixels that a mark covers are worked on."""

from collections.abc import Sequence

from PIL import Image

from darkroom.limits import Size
from darkroom.operations.geometry import Box
from darkroom.operations.watermark.placing import visible

CLEAR = (0, 0, 0, 0)


def faded(mark: Image.Image, opacity: int) -> Image.Image:
    """Give a mark only a percentage of its opacity."""
    if opacity == 100:
        return mark
    mark = mark.copy()
    mark.putalpha(mark.getchannel("A").point(lambda alpha: alpha * opacity / 100 + 0.5))
    return mark


def side_by_side(parts: Sequence[Image.Image], interval: int, align: int) -> Image.Image:
    """Put marks in a row on a common top (0), middle (1) or bottom (2) (spec 02 §15.4)."""
    height = max(part.height for part in parts)
    width = sum(part.width for part in parts) + interval * (len(parts) - 1)
    row = Image.new("RGBA", (width, height), CLEAR)
    left = 0
    for part in parts:
        row.paste(part, (left, (height - part.height) * align // 2))
        left += part.width + interval
    return row


def drawn(image: Image.Image, mark: Image.Image, corner: tuple[int, int]) -> Image.Image:
    """Lay a mark over a copy of the picture, its upper left at `corner`, cut at the edges."""
    result = _able_to_show(image, mark)
    _lay(result, mark, corner)
    return result


def tiled(image: Image.Image, mark: Image.Image, gaps: Size) -> Image.Image:
    """Cover a copy of the picture with marks, from its upper left on (C-81)."""
    result = _able_to_show(image, mark)
    if 0 in mark.size:
        return result
    row = _row(mark, gaps[0], result.width)
    for top in range(0, result.height, mark.height + gaps[1]):
        _lay(result, row, (0, top))
    return result


def _row(mark: Image.Image, gap: int, width: int) -> Image.Image:
    """Repeat a mark to the width of the picture, doubling what is there each time."""
    row = Image.new("RGBA", (width, mark.height), CLEAR)
    row.paste(mark, (0, 0))
    filled = mark.width + gap
    while filled < width:
        row.paste(row.crop((0, 0, min(filled, width - filled), mark.height)), (filled, 0))
        filled *= 2
    return row


def _able_to_show(image: Image.Image, mark: Image.Image) -> Image.Image:
    """Copy the picture; a grey one stays grey unless the mark brings colour (C-117)."""
    if image.mode in ("RGB", "RGBA") or _is_grey(mark):
        return image.copy()
    return image.convert("RGBA" if image.mode == "LA" else "RGB")


def _is_grey(mark: Image.Image) -> bool:
    red, green, blue, _ = mark.split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def _lay(image: Image.Image, mark: Image.Image, corner: tuple[int, int]) -> None:
    """Composite source-over, in place, where mark and picture meet (spec 03 §4)."""
    box = visible(image.size, mark.size, corner)
    if box is None:
        return
    part = mark.crop(_moved(box, corner))
    if image.mode in ("L", "RGB"):
        image.paste(part.convert(image.mode), box, mask=part.getchannel("A"))
        return
    under = image.crop(box).convert("RGBA")
    image.paste(Image.alpha_composite(under, part).convert(image.mode), box)


def _moved(box: Box, corner: tuple[int, int]) -> Box:
    """Give a box of the picture in the coordinates of a mark at `corner`."""
    left, top = corner
    return Box(box.left - left, box.top - top, box.right - left, box.bottom - top)
