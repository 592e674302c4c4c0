"""What the structure of a file tells of the picture in it, found without decoding.

Pillow decodes every frame of a GIF to count them, and allocates the whole canvas of a WebP
to open it; a bomb must be refused before either happens.
"""

from dataclasses import dataclass

from darkroom.limits import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Canvas, frames and plays of a file that may be an animation."""

    size: Size
    frames: int
    plays: int = 1
    """How often an animation is shown; 0 is for ever."""
    exif: bytes | None = None


def u16(data: bytes, position: int) -> int:
    """Read two bytes, the lower one first; raise `IndexError` behind the end."""
    return data[position] | data[position + 1] << 8
