"""Frames of a GIF, each composited to the whole canvas as browsers do it (C-123).

Pillow's own way gives a cleared region the background colour where no colour of the first
frame is transparent; everybody else clears it to nothing. Its LZW decoder is used.
"""

from collections.abc import Iterator

from PIL import Image

from darkroom.codecs.gif_structure import gif_parts
from darkroom.codecs.plugins import open_image
from darkroom.limits import Size
from darkroom.picture import Frame

_CLEAR, _RESTORE = 2, 3
"""Disposals that take a frame away: to nothing, or to what was there before."""

_NOTHING = (0, 0, 0, 0)


def composited(data: bytes, size: Size) -> Iterator[Frame]:
    """Draw frame after frame on a canvas of that size: RGB while nothing shows through."""
    canvas = Image.new("RGBA", size)
    for part in gif_parts(data):
        before = canvas.copy() if part.disposal == _RESTORE else None
        image = open_image(part.file, "gif").convert("RGBA")
        canvas.paste(image, part.place, image)
        yield Frame(_solid(canvas), part.duration)
        if part.disposal == _CLEAR:
            canvas.paste(_NOTHING, (*part.place, *_far_corner(part.place, image.size)))
        canvas = before or canvas


def _solid(canvas: Image.Image) -> Image.Image:
    """Copy the canvas, without transparency where there is none."""
    solid = canvas.getchannel("A").getextrema() == (255, 255)
    return canvas.convert("RGB") if solid else canvas.copy()


def _far_corner(place: tuple[int, int], size: Size) -> tuple[int, int]:
    return place[0] + size[0], place[1] + size[1]
