"""BMP files written field by field: bit fields and run lengths."""

import struct

RLE8, RLE4, BIT_FIELDS = 1, 2, 3
"""Compressions."""

PALETTE = [(0, 0, 0), (200, 40, 40), (40, 180, 60), (40, 60, 200), (255, 255, 255)]


def bitmap(
    size: tuple[int, int],
    depth: int,
    pixels: bytes,
    *,
    compression: int = 0,
    masks: tuple[int, ...] = (),
    palette: list[tuple[int, int, int]] | None = None,
) -> bytes:
    """Write a bitmap; four masks take a header of the third version."""
    colours = b"".join(bytes((b, g, r, 0)) for r, g, b in palette or [])
    fields = struct.pack(f"<{len(masks)}L", *masks)
    head = 40 + 16 * (len(masks) == 4)
    offset = 14 + 40 + len(fields) + len(colours)
    info = struct.pack("<LllHHLL", head, *size, 1, depth, compression, len(pixels))
    info += struct.pack("<llLL", 0, 0, len(palette or []), 0)
    start = struct.pack("<2sLLL", b"BM", offset + len(pixels), 0, offset)
    return start + info + fields + colours + pixels


def rle(pixels: bytes, *, nibbles: bool, size: tuple[int, int] = (5, 2)) -> bytes:
    """Write run lengths."""
    depth, compression = (4, RLE4) if nibbles else (8, RLE8)
    return bitmap(size, depth, pixels, compression=compression, palette=PALETTE)


END_OF_ROW, END, MOVE = b"\0\0", b"\0\1", b"\0\2"
