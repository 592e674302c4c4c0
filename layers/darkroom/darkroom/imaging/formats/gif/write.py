"""GIF written frame by frame: every frame is written, with only the pixels that change.

Pillow's writer drops frames that equal the one before, holds all frames in memory, and quantises
partial transparency as colours (docs/decisions/022-animation.md). Only its LZW encoder is used.
"""

import struct
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain

from msgspec import Struct
from PIL import GifImagePlugin, Image, ImageChops

from darkroom.geometry import Size
from darkroom.imaging.formats.gif.palette import FULL, Palette, colours, quantise, remap, table
from darkroom.imaging.picture import Frame

type _Region = tuple[int, int, int, int]

_KEEP, _CLEAR = 1, 2
"""Disposal methods: leave the frame, or restore its region to transparent."""

_REPEAT = b"!\xff\x0bNETSCAPE2.0\x03\x01"

_ONE_BIT = [0] * 128 + [255] * 128
_ANY = [0] + [255] * 255


class _Drawing(Struct, frozen=True, kw_only=True):
    """The region of the canvas that a frame draws, as palette indices."""

    region: _Region
    indices: Image.Image
    colours: Palette
    disposal: int
    blank: Image.Image | None
    """Mask of the pixels that are not drawn; None if the frame needs no transparent colour."""


def write_gif(frames: Iterable[Frame], *, loop_count: int) -> bytes:
    """Return a GIF file of frames of one size, played `loop_count` times; 0 means for ever."""
    return b"".join(_blocks(map(_threshold_alpha, frames), loop_count))


def _blocks(frames: Iterator[Frame], loop_count: int) -> Iterator[bytes]:
    """Yield the file in pieces; a frame's disposal method depends on the frame after it."""
    frame = next(frames)
    shown = shared = None
    for coming in chain(frames, (None,)):
        drawing = _drawing(shown, frame.image, coming.image if coming else None)
        if shared is None:
            shared = drawing.colours
            yield _head(frame.image.size, shared, loop_count)
        yield from _frame_blocks(drawing, frame.duration, shared)
        shown, frame = _dispose(drawing, frame.image), coming or frame
    yield b";"


def _threshold_alpha(frame: Frame) -> Frame:
    """Make every pixel either opaque or transparent black, so that transparent pixels are equal."""
    image = frame.image.convert("RGBA")
    if image.getchannel("A").getextrema() == (255, 255):
        return Frame(image, frame.duration)
    opaque = image.getchannel("A").point(_ONE_BIT)
    image.putalpha(opaque)
    cut = Image.new("RGBA", image.size)
    cut.paste(image, mask=opaque)
    return Frame(cut, frame.duration)


def _drawing(shown: Image.Image | None, image: Image.Image, coming: Image.Image | None) -> _Drawing:
    """Return the region that changes from `shown`, and whether `coming` needs it cleared."""
    opaque = image.getchannel("A")
    vanishing = _vanishing_region(opaque, coming.getchannel("A")) if coming else None
    if shown is None:
        region, drawn = (0, 0, *image.size), opaque
    else:
        changed = _changed(shown, image)
        region = _union(changed.getbbox(), vanishing) or (0, 0, 1, 1)
        drawn = ImageChops.multiply(changed, opaque).crop(region)
    blank = ImageChops.invert(drawn)
    pixels = image.crop(region).convert("RGB")
    pixels.paste((0, 0, 0), mask=blank)
    # A frame to be cleared needs a transparent colour: some decoders clear to the background's.
    solid = not vanishing and blank.getbbox() is None
    indices = quantise(pixels, FULL if solid else FULL - 1)
    return _Drawing(
        region=region,
        indices=indices,
        colours=colours(indices),
        disposal=_CLEAR if vanishing else _KEEP,
        blank=None if solid else blank,
    )


def _changed(shown: Image.Image, image: Image.Image) -> Image.Image:
    """Return a mask of the pixels that differ in any channel."""
    return reduce(ImageChops.lighter, ImageChops.difference(shown, image).split()).point(_ANY)


def _vanishing_region(opaque: Image.Image, coming: Image.Image) -> _Region | None:
    """Return the bounds of the pixels that are opaque now and transparent in the next frame."""
    return ImageChops.subtract(opaque, coming).getbbox()


def _union(one: _Region | None, other: _Region | None) -> _Region | None:
    """Return the smallest region that contains both."""
    if one is None or other is None:
        return one or other
    left, top = map(min, one[:2], other[:2])
    right, bottom = map(max, one[2:], other[2:])
    return left, top, right, bottom


def _dispose(drawing: _Drawing, image: Image.Image) -> Image.Image:
    """Return the canvas for the next frame, by the disposal method of this one."""
    if drawing.disposal == _CLEAR:
        image = image.copy()
        image.paste((0, 0, 0, 0), drawing.region)
    return image


def _frame_blocks(drawing: _Drawing, duration: int, shared: Palette) -> Iterable[bytes]:
    """Return a frame's blocks, without a palette of its own if the shared one has its colours."""
    room = len(shared) < FULL or drawing.blank is None
    indices = remap(drawing.indices, drawing.colours, shared) if room else None
    palette = drawing.colours if indices is None else shared
    indices = indices or drawing.indices
    options = {"duration": duration, "disposal": drawing.disposal}
    if drawing.blank is not None:
        options["transparency"] = len(palette)
        indices.paste(len(palette), mask=drawing.blank)
    indices.putpalette(table(palette))
    return GifImagePlugin.getdata(
        indices, drawing.region[:2], include_color_table=palette is not shared, **options
    )


def _head(size: Size, shared: Palette, loop_count: int) -> bytes:
    """Return logical screen, shared palette and, unless played once, the number of repeats."""
    rgb = table(shared)
    flags = 0x80 | (len(rgb) // 3).bit_length() - 2
    screen = struct.pack("<6sHHBBB", b"GIF89a", *size, flags, 0, 0)
    repeats = struct.pack("<16sHB", _REPEAT, max(loop_count - 1, 0), 0) if loop_count != 1 else b""
    return screen + rgb + repeats
