"""The blocks of a GIF file: its size and loop count, and each frame as a file of its own."""

import struct
from collections.abc import Iterator

from msgspec import Struct

from darkroom.imaging.formats.container import ContainerInfo, u16

_IMAGE, _EXTENSION, _CONTROL = 0x2C, 0x21, 0xF9

_REPEATS = (b"!\xff\x0bNETSCAPE2.0", b"!\xff\x0bANIMEXTS1.0")
"""The application extensions that state a number of repeats."""

_REPEATS_BLOCK = 1
"""The kind of the sub-block with the number; another kind, the size of a buffer, may precede it."""

_HEAD = 13
"""Bytes of the signature and the logical screen descriptor."""


def container_info(data: bytes) -> ContainerInfo:
    """Read canvas size, frame count and loop count, up to the end of a truncated file.

    The canvas is the logical screen. Only the first frame enlarges it, as in browsers; later
    frames are cropped to it. Raises `IndexError` for a file that ends within its logical screen
    descriptor.
    """
    width, height = u16(data, 6), u16(data, 8)
    frames, loop_count, frame = 0, 1, (0, 0)
    for start, _ in _blocks(data):
        if data[start] == _IMAGE:
            frame = max(frame[0], u16(data, start + 5)), max(frame[1], u16(data, start + 7))
            if not frames:
                width = max(width, u16(data, start + 1) + u16(data, start + 5))
                height = max(height, u16(data, start + 3) + u16(data, start + 7))
            frames += 1
        elif data.startswith(_REPEATS, start):
            repeats = _repeats(data, start + len(_REPEATS[0]))
            loop_count = loop_count if repeats is None else _loop_count(repeats)
    return ContainerInfo(
        size=(width, height), largest_frame=frame, frames=frames, loop_count=loop_count
    )


def _repeats(data: bytes, position: int) -> int | None:
    """Return the number of repeats in the sub-blocks of an extension, None without one."""
    while position + 3 < len(data) and (length := data[position]):
        if length >= 3 and data[position + 1] & 7 == _REPEATS_BLOCK:
            return u16(data, position + 2)
        position += length + 1
    return None


def _loop_count(repeats: int) -> int:
    """Return repeats plus one, as browsers play it; 0, for ever, if WebP cannot hold the number."""
    return repeats + 1 if 0 < repeats < 0xFFFF else 0


class Part(Struct, frozen=True, kw_only=True):
    """One frame as stored: the part of the canvas that it draws, and its disposal method."""

    offset: tuple[int, int]
    """The upper left corner on the canvas."""
    file: bytes
    """The frame's rectangle as a GIF of its own."""
    duration: int
    """Milliseconds."""
    disposal: int


def split_frames(data: bytes) -> Iterator[Part]:
    """Yield the frames in their order."""
    control = b""
    for start, end in _blocks(data):
        if data[start] == _IMAGE:
            yield _part(data, control, data[start:end])
            control = b""
        elif data[start + 1] == _CONTROL:
            control = data[start : start + 8]


def _part(data: bytes, control: bytes, image: bytes) -> Part:
    """Return a frame as a file with its palette and a logical screen of the frame's size.

    A frame without width or height has the size of the logical screen, as in browsers.
    """
    left, top, width, height, flags = struct.unpack_from("<4HB", image, 1)
    if not (width and height):
        width, height = struct.unpack_from("<2H", data, 6)
    table = b""
    if not flags & 0x80:
        table = data[_HEAD : _HEAD + _table_bytes(data[10])]
        flags = flags & 0x40 | data[10] & 0x87
    return Part(
        offset=(left, top),
        file=b"".join(
            (
                struct.pack("<6sHHBBB", b"GIF89a", width, height, 0, 0, 0),
                control,
                struct.pack("<c4HB", b",", 0, 0, width, height, flags),
                *(table, image[10:], b";"),
            )
        ),
        duration=10 * u16(control, 4) if control else 0,
        disposal=control[3] >> 2 & 7 if control else 0,
    )


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each image and extension, up to the trailer or an unknown byte."""
    position = _HEAD + _table_bytes(data[10])
    while position + 10 <= len(data):
        start = position
        if data[start] == _IMAGE:
            position += 10 + _table_bytes(data[start + 9]) + 1
        elif data[start] == _EXTENSION:
            position += 2
        else:
            return
        position = _after_sub_blocks(data, position)
        yield start, position


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_sub_blocks(data: bytes, position: int) -> int:
    """Return the position after the sub-blocks and the empty block that ends them."""
    end = len(data)
    while position < end and (length := data[position]):
        position += length + 1
    return position + 1
