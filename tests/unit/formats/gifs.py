"""GIF files put together by hand, so that the reader is not tested with the writer alone."""

import struct
from dataclasses import dataclass

from PIL import GifImagePlugin, Image

from darkroom.geometry import Size

PALETTE = {"k": (0, 0, 0), "r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255)}
"""Letters for the colours of these files; a dot is transparent."""

_CLEAR = 4

type Rows = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One frame: its pixels as letters, where they lie and what becomes of them."""

    rows: Rows
    place: tuple[int, int] = (0, 0)
    disposal: int = 0
    duration: int = 100
    local: bool = False
    """Whether the frame brings the palette again as its own."""


def gif_file(size: Size, *parts: Part, repeats: int | None = None, table: bool = True) -> bytes:
    """Write a file of these frames; without `table` there is no palette for all of them."""
    head = struct.pack("<6sHHBBB", b"GIF89a", *size, 0x82 if table else 0, 1, 0)
    flat = bytes(value for colour in PALETTE.values() for value in colour).ljust(24, b"\0")
    if repeats is not None:
        flat += struct.pack("<16sHB", b"!\xff\x0bNETSCAPE2.0\x03\x01", repeats, 0)
    return head + flat + b"".join(map(_frame, parts)) + b";"


def _frame(part: Part) -> bytes:
    width, height = len(part.rows[0]), len(part.rows)
    letters = list(PALETTE)
    image = Image.new("P", (width, height))
    image.putpalette(b"".join(map(bytes, PALETTE.values())) + bytes(12))
    image.putdata([letters.index(at) if at != "." else _CLEAR for at in "".join(part.rows)])
    options = {"transparency": _CLEAR} if "." in "".join(part.rows) else {}
    written = GifImagePlugin.getdata(
        image,
        part.place,
        duration=part.duration,
        disposal=part.disposal,
        include_color_table=part.local,
        **options,
    )
    return b"".join(written)


def letters(image: Image.Image) -> Rows:
    """Read a picture back as rows of letters; anything but a pure colour is an error."""
    names: dict[tuple[int, ...], str] = {
        (*colour, 255): letter for letter, colour in PALETTE.items()
    }
    rgba = image.convert("RGBA")
    found = [
        _letter(rgba.getpixel((x, y)), names) for y in range(rgba.height) for x in range(rgba.width)
    ]
    return tuple(
        "".join(found[start : start + rgba.width]) for start in range(0, len(found), rgba.width)
    )


def _letter(pixel: object, names: dict[tuple[int, ...], str]) -> str:
    assert isinstance(pixel, tuple)
    return "." if pixel[3] == 0 else names[pixel]
