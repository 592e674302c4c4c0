"""The chunks of a WebP file: its canvas, frames, plays, transparency and EXIF block."""

from collections.abc import Iterator

from darkroom.imaging.formats.outline import Outline, u16
from darkroom.limits import Size

_FLAGS, _ALPHA = 20, 0x10
"""Where an extended file says what it has, and the flag for transparency."""


def webp_outline(data: bytes) -> Outline:
    """Give canvas, frames, plays and the EXIF block, if there is one.

    Raises `IndexError` or `ValueError` where the file ends too early.
    """
    size: Size | None = None
    exif: bytes | None = None
    frames, plays = 0, 1
    for name, start, length in _riff_chunks(data):
        # The first of them rules: no later chunk may shrink what the decoder will allocate.
        size = size or _webp_size(data, name, start)
        if name == b"ANIM":
            plays = u16(data, start + 4)
        elif name == b"ANMF":
            frames += 1
        elif name == b"EXIF":
            exif = data[start : start + length]
    if size is None:
        raise ValueError("a WebP file without a picture")
    return Outline(size=size, frames=frames or 1, plays=plays, exif=exif)


def _webp_size(data: bytes, name: bytes, start: int) -> Size | None:
    """Read the size from one of the chunks that have one."""
    match name:
        case b"VP8X":
            return 1 + _u24(data, start + 4), 1 + _u24(data, start + 7)
        case b"VP8 ":
            return u16(data, start + 6) & 0x3FFF, u16(data, start + 8) & 0x3FFF
        case b"VP8L":
            bits = int.from_bytes(data[start + 1 : start + 5], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            return None


def _u24(data: bytes, position: int) -> int:
    return u16(data, position) | data[position + 2] << 16


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name each chunk, with its content's place and length."""
    position = 12
    while position + 8 <= len(data):
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        yield data[position : position + 4], position + 8, length
        position += 8 + length + (length & 1)


def with_alpha(data: bytes) -> bytes:
    """Say that there is transparency in an animation.

    The encoder says so only where a frame brings it, and not where one merely clears what
    the frame before has drawn: viewers would show black there.
    """
    if data[12:16] != b"VP8X":
        return data
    return data[:_FLAGS] + bytes([data[_FLAGS] | _ALPHA]) + data[_FLAGS + 1 :]
