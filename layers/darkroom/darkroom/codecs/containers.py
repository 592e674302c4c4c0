"""The outer structure of GIF and WebP files: canvas and frames, found without decoding.

Pillow decodes every frame of a GIF to count them, and allocates the whole canvas of a WebP
to open it; a bomb must be refused before either happens.
"""

from collections.abc import Iterator

from darkroom.limits import Size

_GIF_IMAGE, _GIF_EXTENSION = 0x2C, 0x21


def gif_structure(data: bytes) -> tuple[Size, int]:
    """Give the canvas that all frames fit, and their number, as far as the file goes.

    A frame may reach beyond the logical screen: decoders enlarge the canvas to hold it.
    Raises `IndexError` where the file ends inside its screen descriptor.
    """
    width, height = _u16(data, 6), _u16(data, 8)
    position = 13 + _palette_bytes(data[10])
    frames = 0
    while position + 10 <= len(data):
        if data[position] == _GIF_IMAGE:
            frames += 1
            width = max(width, _u16(data, position + 1) + _u16(data, position + 5))
            height = max(height, _u16(data, position + 3) + _u16(data, position + 7))
            position += 10 + _palette_bytes(data[position + 9]) + 1
        elif data[position] == _GIF_EXTENSION:
            position += 2
        else:
            break  # the trailer, or rubbish behind the last frame
        position = _after_sub_blocks(data, position)
    return (width, height), frames


def _u16(data: bytes, position: int) -> int:
    return data[position] | data[position + 1] << 8


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_sub_blocks(data: bytes, position: int) -> int:
    """Skip length-prefixed blocks up to and including the empty one that ends them."""
    end = len(data)
    while position < end and (length := data[position]):
        position += length + 1
    return position + 1


def webp_structure(data: bytes) -> tuple[Size, int, bytes | None]:
    """Give the canvas, the number of frames and the EXIF block, if there is one.

    Raises `IndexError` or `ValueError` where the file ends too early.
    """
    size: Size | None = None
    exif: bytes | None = None
    frames = 0
    for name, start, length in _riff_chunks(data):
        # The first of them rules: no later chunk may shrink what the decoder will allocate.
        if name == b"VP8X" and size is None:
            size = (1 + _u24(data, start + 4), 1 + _u24(data, start + 7))
        elif name == b"VP8 " and size is None:
            size = (_u16(data, start + 6) & 0x3FFF, _u16(data, start + 8) & 0x3FFF)
        elif name == b"VP8L" and size is None:
            bits = int.from_bytes(data[start + 1 : start + 5], "little")
            size = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        elif name == b"ANMF":
            frames += 1
        elif name == b"EXIF":
            exif = data[start : start + length]
    if size is None:
        raise ValueError("a WebP file without a picture")
    return size, frames or 1, exif


def _u24(data: bytes, position: int) -> int:
    return _u16(data, position) | data[position + 2] << 16


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name each chunk, with its content's place and length."""
    position = 12
    while position + 8 <= len(data):
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        yield data[position : position + 4], position + 8, length
        position += 8 + length + (length & 1)
