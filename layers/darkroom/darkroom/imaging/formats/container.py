"""What the structure of an animation's file tells, found without decoding.

Pillow decodes every frame of a GIF to count them, and allocates the whole canvas of a WebP to
open it; a bomb must be refused before either happens.
"""

from dataclasses import dataclass

from darkroom.geometry import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerInfo:
    """Canvas, frames and loop count of a file that may be an animation."""

    size: Size
    frames: int
    largest_frame: Size = (0, 0)
    """Largest width and height of a frame, which may reach beyond the canvas."""
    loop_count: int = 1
    """How often an animation is shown; 0 for ever."""
    exif: bytes | None = None


def u16(data: bytes, position: int) -> int:
    """Read two bytes, the low one first; raises `IndexError` after the end."""
    return data[position] | data[position + 1] << 8
