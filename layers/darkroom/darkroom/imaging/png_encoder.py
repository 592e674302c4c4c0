"""PNG as the service writes it: libpng's row filters and the RLE strategy (C-106)."""

import struct
from collections.abc import Iterator

from PIL import Image
from zlib_ng import zlib_ng

from darkroom.imaging.engine import Engine, bands

_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_COLOUR_TYPES = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}

_IDAT_BYTES = 8192
"""Data of one chunk, as libpng cuts them."""

_LEVEL, _MEMORY_LEVEL = 1, 8
"""The level changes no byte under this strategy."""


def png(image: Image.Image, engine: Engine) -> bytes:
    """Encode an L, LA, RGB or RGBA image, 8 bits a channel, without any metadata."""
    header = struct.pack(">IIBBBBB", *image.size, 8, _COLOUR_TYPES[image.mode], 0, 0, 0)
    file = bytearray(_SIGNATURE)
    _append(file, b"IHDR", header)
    waiting = bytearray()
    for part in _compressed(image, engine):
        waiting += part
        whole = len(waiting) - len(waiting) % _IDAT_BYTES
        for start in range(0, whole, _IDAT_BYTES):
            _append(file, b"IDAT", waiting[start : start + _IDAT_BYTES])
        del waiting[:whole]
    if waiting:
        _append(file, b"IDAT", waiting)
    _append(file, b"IEND", b"")
    return bytes(file)


def _compressed(image: Image.Image, engine: Engine) -> Iterator[bytes]:
    """Filter and deflate band by band."""
    deflater = zlib_ng.compressobj(
        _LEVEL, zlib_ng.DEFLATED, zlib_ng.MAX_WBITS, _MEMORY_LEVEL, zlib_ng.Z_RLE
    )
    pixel_bytes = len(image.getbands())
    row_bytes, previous = pixel_bytes * image.width, None
    for rows, _count in bands(image):
        filtered = engine.png_filter(rows, previous, row_bytes=row_bytes, pixel_bytes=pixel_bytes)
        yield deflater.compress(filtered)
        previous = rows[-row_bytes:]
    yield deflater.flush()


def _append(file: bytearray, kind: bytes, data: bytes | bytearray) -> None:
    """Append a chunk: length, kind, data, and the check over the last two."""
    check = zlib_ng.crc32(data, zlib_ng.crc32(kind))
    file += struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", check)
