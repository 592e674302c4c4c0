"""Files that Pillow does not write: every PNG colour type and depth, and colour profiles."""

import struct
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image

type Size = tuple[int, int]

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
"""Colour types of PNG."""


def chunk(name: bytes, content: bytes) -> bytes:
    """Write one chunk of a PNG."""
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def png(
    size: Size,
    *,
    depth: int,
    colour_type: int,
    rows: Sequence[bytes],
    chunks: Mapping[bytes, bytes] | None = None,
) -> bytes:
    """Write a PNG of packed rows; `chunks` precede the pixels."""
    header = struct.pack(">IIBBBBB", *size, depth, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    between = b"".join(chunk(name, content) for name, content in (chunks or {}).items())
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + between + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def apple(image: Image.Image, colour_type: int) -> bytes:
    """Write a picture as Xcode does: CgBI, raw deflate, blue first, colours times alpha."""
    if image.mode == "RGBA":
        raw = image.convert("RGBa").tobytes("raw", "RGBa")
        pixels = b"".join(
            bytes((raw[at + 2], raw[at + 1], raw[at], raw[at + 3])) for at in range(0, len(raw), 4)
        )
    else:
        pixels = image.tobytes("raw", "BGR")
    width, height = image.size
    row = len(pixels) // height
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    rows = b"".join(b"\0" + pixels[at : at + row] for at in range(0, len(pixels), row))
    packed = packer.compress(rows) + packer.flush()
    header = struct.pack(">LLBBBBB", width, height, 8, colour_type, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"CgBI", b"\x50\0\x20\6") + chunk(b"IHDR", header)
    half = len(packed) // 2
    parts = chunk(b"IDAT", packed[:half]) + chunk(b"IDAT", packed[half:])
    return start + parts + chunk(b"IEND", b"")


def embedded(profile: bytes) -> bytes:
    """Write the content of the chunk `iCCP`."""
    return b"drawn\0\0" + zlib.compress(profile)


_D50 = (0.9642, 1.0, 0.8249)
_PRIMARIES = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
"""The primaries of sRGB, adapted to the profile's white."""

ADOBE_RGB = {
    b"rXYZ": (0.60974, 0.31111, 0.01947),
    b"gXYZ": (0.20528, 0.62567, 0.06087),
    b"bXYZ": (0.14919, 0.06322, 0.74457),
}
"""The primaries of Adobe RGB (1998), adapted to the profile's white."""

type Primaries = Mapping[bytes, tuple[float, float, float]]


def rgb_profile(
    *,
    swapped: bool = False,
    gamma: float = 2.2,
    primaries: Primaries = _PRIMARIES,
    description: bytes = b"drawn",
) -> bytes:
    """Make a display profile with the primaries of sRGB, or with red and blue exchanged."""
    tags = {name: _xyz(value) for name, value in primaries.items()}
    if swapped:
        tags[b"rXYZ"], tags[b"bXYZ"] = tags[b"bXYZ"], tags[b"rXYZ"]
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(gamma))
    return _profile(b"RGB ", {**tags, **curves, b"desc": _description(description)})


def grey_profile(*, gamma: float) -> bytes:
    """Make a profile of one channel."""
    return _profile(b"GRAY", {b"kTRC": _curve(gamma)})


def _profile(space: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """Return header, tag table and tag contents of a profile (ICC.1, section 7)."""
    every = {b"wtpt": _xyz(_D50), b"desc": _description(b"drawn"), **tags}
    table, content = struct.pack(">I", len(every)), b""
    start = 128 + 4 + 12 * len(every)
    for name, value in every.items():
        table += name + struct.pack(">II", start + len(content), len(value))
        content += value + b"\0" * (-len(value) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s28s12s48s",
        *(start + len(content), b"none", 0x02100000, b"mntr", space, b"XYZ "),
        *(b"", b"acsp", b"", struct.pack(">iii", *map(_fixed, _D50)), b""),
    )
    return header + table + content


def _fixed(value: float) -> int:
    return round(value * 65536)


def _xyz(value: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *map(_fixed, value))


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def _description(text: bytes) -> bytes:
    return b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" * 79
