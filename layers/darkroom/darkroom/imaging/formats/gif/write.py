"""GIF, written frame by frame: every frame is kept, and holds only what changes.

Pillow's own writer drops frames that equal the one before, keeps all of them in memory, and
takes soft transparency for colours (docs/decisions/022-animation.md). Its LZW coder is used.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import chain

from PIL import GifImagePlugin, Image, ImageChops

from darkroom.geometry import Size
from darkroom.imaging.formats.gif.palette import FULL, Palette, colours, quantise, remap, table
from darkroom.imaging.picture import Frame

type _Region = tuple[int, int, int, int]

_KEEP, _CLEAR = 1, 2
"""Disposal: what becomes of a frame's region before the next one is drawn."""

_REPEAT = b"!\xff\x0bNETSCAPE2.0\x03\x01"

_ONE_BIT = [0] * 128 + [255] * 128
_ANY = [0] + [255] * 255


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """What one frame draws, as palette indices of its region."""

    region: _Region
    indices: Image.Image
    colours: Palette
    disposal: int
    blank: Image.Image | None
    """Mask of the pixels that are not drawn, none where no colour needs to be transparent."""


def write_gif(frames: Iterable[Frame], *, loop_count: int) -> bytes:
    """Write frames of one size, shown `loop_count` times in all; 0 is for ever."""
    return b"".join(_pieces(map(_one_bit, frames), loop_count))


def _pieces(frames: Iterator[Frame], loop_count: int) -> Iterator[bytes]:
    """Write each frame once the next is known, which may want some of it cleared."""
    frame = next(frames)
    shown = shared = None
    for coming in chain(frames, (None,)):
        drawing = _drawing(shown, frame.image, coming.image if coming else None)
        if shared is None:
            shared = drawing.colours
            yield _head(frame.image.size, shared, loop_count)
        yield from _written(drawing, frame.duration, shared)
        shown, frame = _left_behind(drawing, frame.image), coming or frame
    yield b";"


def _one_bit(frame: Frame) -> Frame:
    """Make every pixel opaque or nothing at all: two that show nothing are equal then."""
    image = frame.image.convert("RGBA")
    if image.getchannel("A").getextrema() == (255, 255):
        return Frame(image, frame.duration)
    opaque = image.getchannel("A").point(_ONE_BIT)
    image.putalpha(opaque)
    cut = Image.new("RGBA", image.size)
    cut.paste(image, mask=opaque)
    return Frame(cut, frame.duration)


def _drawing(shown: Image.Image | None, image: Image.Image, coming: Image.Image | None) -> _Drawing:
    """Find what to draw on what is shown, and whether to clear it before what is coming."""
    opaque = image.getchannel("A")
    vanishing = _vanishing(opaque, coming.getchannel("A")) if coming else None
    if shown is None:
        region, drawn = (0, 0, *image.size), opaque
    else:
        changed = _changed(shown, image)
        region = _around(changed.getbbox(), vanishing) or (0, 0, 1, 1)
        drawn = ImageChops.multiply(changed, opaque).crop(region)
    blank = ImageChops.invert(drawn)
    pixels = image.crop(region).convert("RGB")
    pixels.paste((0, 0, 0), mask=blank)
    # What is cleared needs a transparent colour, or some decoders clear to the background's.
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
    """Mark the pixels that differ in any channel."""
    return reduce(ImageChops.lighter, ImageChops.difference(shown, image).split()).point(_ANY)


def _vanishing(opaque: Image.Image, coming: Image.Image) -> _Region | None:
    """Find what is seen now and not in the coming frame."""
    return ImageChops.subtract(opaque, coming).getbbox()


def _around(one: _Region | None, other: _Region | None) -> _Region | None:
    """Give the smallest region that holds both."""
    if one is None or other is None:
        return one or other
    left, top = map(min, one[:2], other[:2])
    right, bottom = map(max, one[2:], other[2:])
    return left, top, right, bottom


def _left_behind(drawing: _Drawing, image: Image.Image) -> Image.Image:
    """Give what is shown when the next frame is drawn."""
    if drawing.disposal == _CLEAR:
        image = image.copy()
        image.paste((0, 0, 0, 0), drawing.region)
    return image


def _written(drawing: _Drawing, duration: int, shared: Palette) -> Iterable[bytes]:
    """Write a frame, with the shared palette where that has all its colours."""
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
    """Write screen, shared palette and the number of repeats, where it is not none."""
    rgb = table(shared)
    flags = 0x80 | (len(rgb) // 3).bit_length() - 2
    screen = struct.pack("<6sHHBBB", b"GIF89a", *size, flags, 0, 0)
    repeats = struct.pack("<16sHB", _REPEAT, max(loop_count - 1, 0), 0) if loop_count != 1 else b""
    return screen + rgb + repeats
