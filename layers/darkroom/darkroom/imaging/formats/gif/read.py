"""GIF frames, each composited to the whole canvas as browsers do (C-123).

Pillow clears a region to the background colour if the first frame has no transparent colour;
browsers clear it to transparent. Only Pillow's LZW decoder is used.
"""

import io
from collections.abc import Iterator

from PIL import Image

from darkroom.geometry import Size
from darkroom.imaging.formats.gif.blocks import Part, split_frames
from darkroom.imaging.picture import Frame

_CLEAR, _RESTORE = 2, (3, 4)
"""Disposal methods: restore to background, which is transparent, and restore to previous.

The specification leaves 4 undefined; browsers treat it as 3, because encoders have written it so.
"""

_TRANSPARENT = (0, 0, 0, 0)


def composite_frames(data: bytes, size: Size) -> Iterator[Frame]:
    """Yield each frame on a canvas of `size`: RGB if it is opaque, else RGBA."""
    canvas = Image.new("RGBA", size)
    for part in split_frames(data):
        image = Image.open(io.BytesIO(part.file), formats=["GIF"])
        composited = _composite(canvas, image, part.offset)
        yield Frame(composited, part.duration)
        canvas = _dispose(canvas, composited, part, image.size)


def _composite(canvas: Image.Image, image: Image.Image, offset: tuple[int, int]) -> Image.Image:
    """Return a copy of the canvas with the frame on it."""
    transparent = "transparency" in image.info
    if image.size == canvas.size and offset == (0, 0) and not transparent:
        return image.convert("RGB")
    canvas = canvas.copy()
    pixels = image.convert("RGBA" if transparent else "RGB")
    canvas.paste(pixels, offset, pixels if transparent else None)
    if canvas.mode == "RGBA" and canvas.getchannel("A").getextrema() == (255, 255):
        return canvas.convert("RGB")
    return canvas


def _dispose(canvas: Image.Image, composited: Image.Image, part: Part, size: Size) -> Image.Image:
    """Return the canvas for the next frame, by the disposal method of this one."""
    if part.disposal in _RESTORE:
        return canvas
    if part.disposal != _CLEAR:
        return composited
    cleared = composited.convert("RGBA")
    left, top = part.offset
    cleared.paste(_TRANSPARENT, (left, top, left + size[0], top + size[1]))
    return cleared
