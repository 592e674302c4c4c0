"""Small pictures with very many segments, scans or chunks, each of which costs time."""

import struct

from PIL import Image

from tests.colours import chunk
from tests.pictures import stored

WHITE = Image.new("RGB", (64, 64), "white")


def scans(count: int) -> bytes:
    """Draw a progressive JPEG with further scans to that count, which change nothing.

    Each needs a Huffman table of one code only: 00, for 64 blocks without coefficients.
    """
    data = stored(WHITE, "JPEG", progressive=True)
    table = _segment(0xC4, b"\x10\0\x01" + b"\0" * 14 + b"\x60")
    nothing = _segment(0xDA, b"\1\1\0\1\x3f\0") + b"\0"
    further = count - data.count(b"\xff\xda")
    return data[:-2] + table + nothing * further + data[-2:]


def scans_again(count: int) -> bytes:
    """Draw a JPEG whose first scan is complete, followed by this number of empty scans."""
    again = _segment(0xDA, b"\3\1\0\2\0\3\0\0\x3f\0")
    data = stored(WHITE, "JPEG")
    return data[:-2] + again * count + data[-2:]


def segments(count: int, content: bytes = b"") -> bytes:
    """Draw a JPEG that starts with this number of application segments."""
    data = stored(WHITE, "JPEG")
    return data[:2] + _segment(0xE1, content) * count + data[2:]


def hidden(count: int) -> bytes:
    """Draw a JPEG whose EXIF segments are the content of segments with reserved markers."""
    data = stored(WHITE, "JPEG")
    within = _segment(0xE1, b"Exif\0\0" + bytes(90)) * 600
    return data[:2] + _segment(0xF0, within) * count + data[2:]


def filled(count: int, byte: bytes = b"\xff") -> bytes:
    """Draw a JPEG with this number of fill bytes between two segments."""
    data = stored(WHITE, "JPEG")
    return data[:20] + byte * count + data[20:]


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def chunks(count: int, name: bytes = b"teSt", content: bytes = b"") -> bytes:
    """Draw a PNG with this number of chunks after its header."""
    data = stored(WHITE)
    return data[:33] + chunk(name, content) * count + data[33:]
