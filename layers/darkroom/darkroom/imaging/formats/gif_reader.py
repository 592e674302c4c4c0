"""Frames of a GIF, each composited to the whole canvas as browsers do it (C-123).

Pillow's own way gives a cleared region the background colour where no colour of the first
frame is transparent; everybody else clears it to nothing. Its LZW decoder is used.
"""

from collections.abc import Iterator

from PIL import Image

from darkroom.imaging.formats.gif_structure import Part, gif_parts
from darkroom.imaging.formats.plugins import open_image
from darkroom.imaging.picture import Frame
from darkroom.limits import Size

_CLEAR, _RESTORE = 2, 3
"""Disposals that take a frame away: to nothing, or to what was there before."""

_NOTHING = (0, 0, 0, 0)


def composited(data: bytes, size: Size) -> Iterator[Frame]:
    """Draw frame after frame on a canvas of that size: RGB while nothing shows through."""
    canvas = Image.new("RGBA", size)
    for part in gif_parts(data):
        image = open_image(part.file, "gif")
        shown = _drawn(canvas, image, part.place)
        yield Frame(shown, part.duration)
        canvas = _left_behind(canvas, shown, part, image.size)


def _drawn(canvas: Image.Image, image: Image.Image, place: tuple[int, int]) -> Image.Image:
    """Give a canvas with the frame on it; the old one stays as it is."""
    transparent = "transparency" in image.info
    if image.size == canvas.size and not transparent:
        return image.convert("RGB")
    canvas = canvas.copy()
    pixels = image.convert("RGBA" if transparent else "RGB")
    canvas.paste(pixels, place, pixels if transparent else None)
    if canvas.mode == "RGBA" and canvas.getchannel("A").getextrema() == (255, 255):
        return canvas.convert("RGB")
    return canvas


def _left_behind(canvas: Image.Image, shown: Image.Image, part: Part, size: Size) -> Image.Image:
    """Give the canvas that the next frame is drawn on."""
    if part.disposal == _RESTORE:
        return canvas
    if part.disposal != _CLEAR:
        return shown
    cleared = shown.convert("RGBA")
    left, top = part.place
    cleared.paste(_NOTHING, (left, top, left + size[0], top + size[1]))
    return cleared
