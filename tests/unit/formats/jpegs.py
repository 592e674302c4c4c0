"""JPEG files written segment by segment."""

import struct


def segment(marker: int, content: bytes) -> bytes:
    """Write a segment."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def lossless(size: tuple[int, int]) -> bytes:
    """Write a lossless file of one grey component, all of it half of the range."""
    frame = segment(0xC3, struct.pack(">BHHB3B", 8, size[1], size[0], 1, 1, 0x11, 0))
    table = segment(0xC4, b"\0" + bytes((1, *[0] * 15)) + b"\0")
    scan = segment(0xDA, bytes((1, 1, 0, 1, 0, 0)))
    return b"\xff\xd8" + frame + table + scan + bytes(size[0] * size[1] // 8) + b"\xff\xd9"
