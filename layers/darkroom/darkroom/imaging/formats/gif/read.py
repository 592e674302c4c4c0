"""Frames of a GIF, each composited to the whole canvas as browsers do it (C-123).

Pillow's own way gives a cleared region the background colour where no colour of the first
frame is transparent; everybody else clears it to nothing. Its LZW decoder is used.
"""

import io
from collections.abc import Iterator

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.formats.gif.blocks import Part, split_frames
from darkroom.imaging.picture import Frame

_CLEAR, _RESTORE = 2, (3, 4)
"""Disposals that take a frame away: to nothing, or to what was there before.

By the specification 4 means nothing yet; writers have taken it for 3, and browsers follow them.
"""

_NOTHING = (0, 0, 0, 0)


def composite_frames(data: bytes, size: Size) -> Iterator[Frame]:
    """Draw frame after frame on a canvas of that size: RGB while nothing shows through."""
    canvas = Image.new("RGBA", size)
    for part in split_frames(data):
        image = Image.open(io.BytesIO(part.file), formats=["GIF"])
        shown = _drawn(canvas, image, part.place)
        yield Frame(shown, part.duration)
        canvas = _left_behind(canvas, shown, part, image.size)


def _drawn(canvas: Image.Image, image: Image.Image, place: tuple[int, int]) -> Image.Image:
    """Give a canvas with the frame on it; the old one stays as it is."""
    transparent = "transparency" in image.info
    if image.size == canvas.size and place == (0, 0) and not transparent:
        return image.convert("RGB")
    canvas = canvas.copy()
    pixels = image.convert("RGBA" if transparent else "RGB")
    canvas.paste(pixels, place, pixels if transparent else None)
    if canvas.mode == "RGBA" and canvas.getchannel("A").getextrema() == (255, 255):
        return canvas.convert("RGB")
    return canvas


def _left_behind(canvas: Image.Image, shown: Image.Image, part: Part, size: Size) -> Image.Image:
    """Give the canvas that the next frame is drawn on."""
    if part.disposal in _RESTORE:
        return canvas
    if part.disposal != _CLEAR:
        return shown
    cleared = shown.convert("RGBA")
    left, top = part.place
    cleared.paste(_NOTHING, (left, top, left + size[0], top + size[1]))
    return cleared
