"""Size, frames and loop count of a GIF or WebP, read from its structure without decoding.

Pillow decodes every frame of a GIF to count the frames, and allocates the whole canvas to open a
WebP; a decompression bomb must be refused before either.
"""

from msgspec import Struct

from darkroom.geometry import Size


class ContainerInfo(Struct, frozen=True, kw_only=True):
    """Canvas, frames and loop count of a file that may be an animation."""

    size: Size
    frames: int
    largest_frame: Size = (0, 0)
    """Largest width and height of a frame, which may reach beyond the canvas."""
    loop_count: int = 1
    """How often an animation is played; 0 means for ever."""
    exif: bytes | None = None


def u16(data: bytes, position: int) -> int:
    """Read a little-endian 16-bit number; raises `IndexError` after the end."""
    return data[position] | data[position + 1] << 8
