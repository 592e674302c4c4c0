"""The segments and scans of a JPEG: what costs time apart from its pixels.

A scan may say in a few bytes that nothing changes in the whole picture, and takes a pass over
it all the same; segments are read one by one by Python code. Small files of either would keep
a decoder busy for hours (docs/decisions/100-structure-bombs.md).
"""

import re

from darkroom.errors import too_many

MOST_SCANS = 100
"""libtiff's bound for JPEGs in TIFFs, too; encoders write ten at most."""

MOST_SEGMENTS = 1000
"""In front of the first scan: 20 MB of metadata are 320 segments at full length."""

MOST_SKIPPED = 65_536
"""Bytes between segments, which mean nothing."""

_SCAN = re.compile(rb"\xff\xda\0(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")
"""How a scan begins: any other length is refused by the decoder."""

_SEGMENT = re.compile(rb"\xff([\x02-\xc7\xc9-\xcf\xda-\xef\xfe])")
"""A marker that a length follows, for Pillow: it reads on right behind the others."""

_START_OF_SCAN = b"\xda"
_SEQUENTIAL = (b"\xc0", b"\xc1")
"""Frames that one scan may hold whole: of Huffman's codes, and not progressive."""


def check_structure(data: bytes) -> None:
    """Refuse a JPEG of more parts than a picture has."""
    position, segments, skipped, components = 2, 0, 0, 0
    while (found := _SEGMENT.search(data, position)) and found[1] != _START_OF_SCAN:
        segments, skipped = segments + 1, skipped + found.start() - position
        _check("segments", segments, MOST_SEGMENTS)
        _check("bytes between segments", skipped, MOST_SKIPPED)
        position = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
        if found[1] in _SEQUENTIAL:
            components = _byte(data, found.end() + 7)
    end = found.start() if found else len(data)
    _check("bytes between segments", skipped + end - position, MOST_SKIPPED)
    # Where the first scan holds the whole frame, the decoder stops at another: no need to count.
    if not found or not components or components != _byte(data, found.end() + 2):
        _check("scans", sum(1 for _ in _SCAN.finditer(data)), MOST_SCANS)


def _byte(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 1])


def _check(what: str, number: int, most: int) -> None:
    if number > most:
        raise too_many(what, number, most)
