"""Mutations of a picture file's structure, for the tests that process damaged files.

A mutation changes fields, boxes, chunks or segments and writes valid offsets, lengths and checksums
around them, so that the decoders read on. Every choice is drawn from the given generator.
"""

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, Self

NUMBERS = (0, 1, 2, 3, 7, 8, 16, 63, 64, 255, 256, 1024, 4095, 16_383, 30_001, 65_535, 65_536)
LARGE = (2**24, 2**31 - 1, 2**31, 2**32 - 1)

type _Order = Literal["little", "big"]

_COUNTS = (1, 1, 1, 2, 4)
"""Numbers of changes: most files with several are refused by their header."""


def mutated(data: bytes, random: Random) -> bytes:
    """Return the file with one to four changes of its structure, and sometimes a truncated end."""
    change = next((way for test, way in _WAYS if test(data)), _with_other_bytes)
    for _ in range(random.choice(_COUNTS)):
        way = change if random.random() < 0.9 else _with_other_bytes
        try:
            data = way(data, random)
        except (ValueError, IndexError, OverflowError, struct.error):
            # An earlier change left no structure to read.
            data = _with_other_bytes(data, random)
    return data if random.random() < 0.9 else data[: random.randrange(len(data) + 1)]


def number_like(value: int, limit: int, random: Random) -> int:
    """Return another number up to `limit`: a neighbour, a multiple or a bound."""
    choices = (value - 1, value + 1, 2 * value, value // 2, *NUMBERS, *LARGE, limit)
    return random.choice(choices) & limit


def _with_other_bytes(data: bytes, random: Random) -> bytes:
    """Replace a number of 1, 2 or 4 bytes, half the time near the beginning."""
    if not data:
        return data
    width = random.choice((1, 1, 2, 4))
    order: _Order = "little" if random.random() < 0.5 else "big"
    at = int(random.random() ** random.choice((1, 4)) * len(data))
    value = int.from_bytes(data[at : at + width], order)
    other = number_like(value, (1 << 8 * width) - 1, random)
    written = other.to_bytes(width, order)
    return data[:at] + written + data[at + width :]


# --- Sequences of parts: PNG, JPEG, WebP ----------------------------------------------------------


type Part = tuple[bytes, bytes]
"""Name and content of a chunk or segment."""


def _with_other_parts(parts: Sequence[Part], random: Random) -> list[Part]:
    """Remove, repeat or move a part, or change its name or its content."""
    changed = list(parts)
    at = random.randrange(len(changed))
    name, content = changed[at]
    match random.choice(("remove", "repeat", "move", "rename", "cut", *["change"] * 5)):
        case "remove":
            del changed[at]
        case "repeat":
            changed[at:at] = [changed[at]] * random.choice((1, 1, 2, 50))
        case "move":
            changed.insert(random.randrange(len(changed)), changed.pop(at))
        case "rename":
            changed[at] = random.choice(changed)[0], content
        case "cut":
            changed[at] = name, content[: random.randrange(len(content) + 1)]
        case _:
            changed[at] = name, _with_other_bytes(content, random)
    return changed


def _png(data: bytes, random: Random) -> bytes:
    """Change a chunk; nine of ten checksums are right."""
    parts, at = list[Part](), 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        parts.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    written = [data[:8]]
    for name, content in _with_other_parts(parts, random):
        checksum = zlib.crc32(name + content) ^ (random.random() < 0.02)
        written += [len(content).to_bytes(4), name, content, checksum.to_bytes(4)]
    return b"".join(written)


def _jpeg(data: bytes, random: Random) -> bytes:
    """Change a segment before the first scan."""
    parts, at = list[Part](), 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        parts.append((data[at : at + 2], data[at + 4 : end]))
        at = end
    changed = _with_other_parts(parts, random)
    segments = [name + (len(content) + 2).to_bytes(2) + content for name, content in changed]
    return data[:2] + b"".join(segments) + data[at:]


def _webp(data: bytes, random: Random) -> bytes:
    """Change a chunk of the RIFF file."""
    parts, at = list[Part](), 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        parts.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + (length & 1)
    written = b"WEBP"
    for name, content in _with_other_parts(parts, random):
        written += name + struct.pack("<L", len(content)) + content + bytes(len(content) & 1)
    return b"RIFF" + struct.pack("<L", len(written)) + written


# --- TIFF -----------------------------------------------------------------------------------------


_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_TYPE_BYTES |= {13: 4, 16: 8, 17: 8, 18: 8}
_TYPES = (*_TYPE_BYTES, 0, 14, 255)

_TAGS = (*range(254, 260), *range(262, 285), *range(317, 348), *range(512, 533), 34675, 50706)
"""Tags that change how pixels are read, and that of an ignored field."""


@dataclass(slots=True)
class _Entry:
    """An entry of a directory; `values` is what its offset points to, or its own bytes."""

    tag: int
    kind: int
    count: int
    values: bytes


def _tiff(data: bytes, random: Random) -> bytes:
    """Change an entry of the first directory and write the directory at the end of the file."""
    order = "<" if data.startswith(b"II") else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    number, offset = ("Q", "Q") if big else ("H", "L")
    (place,) = struct.unpack_from(order + offset, data, 8 if big else 4)
    entries = _entries(data, order, place, big=big)
    _change_entry(entries, order, len(data), random)
    if random.random() < 0.95:
        entries.sort(key=lambda entry: entry.tag)
    data += bytes(len(data) & 1)
    start = len(data)
    inline = struct.calcsize(order + offset)
    values_at = start + struct.calcsize("<" + number) + (2 * inline + 4) * len(entries) + inline
    written, values = struct.pack(order + number, len(entries)), b""
    for entry in entries:
        packed = entry.values
        if len(packed) > inline:
            place = values_at + len(values)
            values, packed = values + packed, struct.pack(order + offset, place)
        count = entry.count & (2 ** (8 * inline) - 1)
        written += struct.pack(order + "HH" + offset, entry.tag, entry.kind, count)
        written += packed.ljust(inline, b"\0")
    following = start if random.random() < 0.05 else 0
    head = data[: 8 if big else 4] + struct.pack(order + offset, start)
    return head + data[len(head) :] + written + struct.pack(order + offset, following) + values


def _entries(data: bytes, order: str, place: int, *, big: bool) -> list[_Entry]:
    number, offset, inline = ("Q", "Q", 8) if big else ("H", "L", 4)
    (count,) = struct.unpack_from(order + number, data, place)
    at = place + struct.calcsize("<" + number)
    entries = list[_Entry]()
    for _ in range(min(count, 200)):
        tag, kind, length = struct.unpack_from(order + "HH" + offset, data, at)
        start = at + 4 + inline
        size = length * _TYPE_BYTES.get(kind, 1)
        if size > inline:
            (start,) = struct.unpack_from(order + offset, data, start)
        values = data[start : start + min(size, 1 << 20)]
        entries.append(_Entry(tag=tag, kind=kind, count=length, values=values))
        at += 4 + 2 * inline
    return entries


def _change_entry(entries: list[_Entry], order: str, file_size: int, random: Random) -> None:
    """Change, remove, repeat or add an entry."""
    at = random.randrange(len(entries))
    entry = entries[at]
    match random.choice(("count", "type", "tag", "remove", "repeat", "add", *["value"] * 8)):
        case "count":
            entry.count = number_like(entry.count, 2**32 - 1, random)
        case "type":
            entry.kind = random.choice(_TYPES)
        case "tag":
            entry.tag = random.choice(_TAGS)
        case "remove":
            del entries[at]
        case "repeat":
            values = random.choice(entries).values
            entries.append(_Entry(entry.tag, entry.kind, entry.count, values))
        case "add":
            value = random.choice((*range(9), *NUMBERS, file_size))
            values = struct.pack(order + "L", value)
            entries.append(_Entry(random.choice(_TAGS), 4, 1, values))
        case _:
            _change_value(entry, entries, order, random)


def _change_value(entry: _Entry, entries: list[_Entry], order: str, random: Random) -> None:
    """Change a value of a field, or copy that of another field."""
    width = _TYPE_BYTES.get(entry.kind, 1)
    name: _Order = "little" if order == "<" else "big"
    at = random.randrange(max(1, len(entry.values) // width)) * width
    value = int.from_bytes(entry.values[at : at + width], name)
    limit = (1 << 8 * width) - 1
    if random.random() < 0.2:
        other = int.from_bytes(random.choice(entries).values[:width], name)
    elif random.random() < 0.5:
        other = random.randrange(10)
    else:
        other = number_like(value, limit, random)
    written = (other & limit).to_bytes(width, name)
    entry.values = entry.values[:at] + written + entry.values[at + width :]


# --- ISO media ------------------------------------------------------------------------------------


_HEADS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"iref": 4, b"iinf": 6, b"moov": 0, b"trak": 0}
_HEADS |= {b"mdia": 0, b"minf": 0, b"stbl": 0, b"dinf": 0, b"edts": 0}
"""Boxes that contain boxes, and the bytes before these."""

_NAMES = (
    b"ftyp meta pitm iloc iinf infe iref iprp ipco ipma ispe pixi av1C hvcC colr clap irot".split()
)
_NAMES += b"imir auxC idat mdat free grid iovl av01 hvc1 Exif dimg auxl cdsc moov trak stsz".split()
_NAMES += b"stco stsd mdhd a1op lsel a1lx".split()


@dataclass(slots=True)
class _Box:
    """A box: its content, or the bytes before the boxes that it contains."""

    name: bytes
    content: bytes
    boxes: list[Self] = field(default_factory=list)
    length: int | None = None
    """A false length."""

    def written(self) -> bytes:
        content = self.content + b"".join(box.written() for box in self.boxes)
        length = len(content) + 8 if self.length is None else self.length
        return length.to_bytes(4) + self.name + content


def _iso(data: bytes, random: Random) -> bytes:
    """Change a box, and correct the offsets of the items' contents by the bytes before `mdat`."""
    top = _read_boxes(data, 0, len(data))
    before = _place_of_content(top)
    lists = [top]
    for boxes in lists:
        lists += [box.boxes for box in boxes if box.boxes]
    _change_box(random.choice(lists), random)
    moved = _place_of_content(top) - before
    if moved and random.random() < 0.9:
        _move_items(top, moved)
    return b"".join(box.written() for box in top)


def _read_boxes(data: bytes, at: int, end: int) -> list[_Box]:
    boxes = list[_Box]()
    while at + 8 <= end:
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        last = min(end, at + length) if length >= 8 else end
        head = _HEADS.get(name)
        if head is None:
            boxes.append(_Box(name, data[at + 8 : last]))
        else:
            start = at + 8 + head
            boxes.append(_Box(name, data[at + 8 : start], _read_boxes(data, start, last)))
        at = last
    return boxes


def _change_box(boxes: list[_Box], random: Random) -> None:
    at = random.randrange(len(boxes))
    box = boxes[at]
    ways = ("remove", "repeat", "move", "rename", "cut", "length", "kind", *["change"] * 8)
    match random.choice(ways):
        case "remove":
            del boxes[at]
        case "repeat":
            boxes[at:at] = [box] * random.choice((1, 1, 2, 50))
        case "move":
            boxes.insert(random.randrange(len(boxes)), boxes.pop(at))
        case "rename":
            box.name = random.choice(_NAMES)
        case "cut":
            box.content = box.content[: random.randrange(len(box.content) + 1)]
        case "length":
            box.length = number_like(len(box.written()), 2**32 - 1, random)
        case "kind":
            # The type of an item stands in the content of its `infe`.
            box.content = box.content.replace(b"av01", random.choice(_NAMES))
        case _:
            box.content = _with_other_bytes(box.content, random)


def _place_of_content(boxes: Sequence[_Box]) -> int:
    """Return the number of bytes before `mdat`."""
    place = 0
    for box in boxes:
        if box.name == b"mdat":
            break
        place += len(box.written())
    return place


def _move_items(boxes: Sequence[_Box], by: int) -> None:
    """Add a number to each offset of `iloc`, where offsets and lengths have four bytes."""
    for meta in (box for box in boxes if box.name == b"meta"):
        for iloc in (box for box in meta.boxes if box.name == b"iloc"):
            version, sizes = iloc.content[0], iloc.content[4:6]
            if version > 1 or sizes[:1] != b"\x44" or sizes[1] & 0xF0:
                continue
            head = 4 if version else 2
            content = bytearray(iloc.content)
            at = 8
            for _ in range(int.from_bytes(content[6:8])):
                is_in_idat = version and content[at + 3] & 1
                extents = int.from_bytes(content[at + head + 2 : at + head + 4])
                at += head + 4
                for _ in range(extents):
                    place = int.from_bytes(content[at : at + 4])
                    if not is_in_idat:
                        content[at : at + 4] = max(0, min(place + by, 2**32 - 1)).to_bytes(4)
                    at += 8
            iloc.content = bytes(content)


type _Way = Callable[[bytes, Random], bytes]

_WAYS: Sequence[tuple[Callable[[bytes], bool], _Way]] = (
    (lambda data: data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), _tiff),
    (lambda data: data[4:8] == b"ftyp", _iso),
    (lambda data: data.startswith(b"\x89PNG"), _png),
    (lambda data: data.startswith(b"\xff\xd8"), _jpeg),
    (lambda data: data[8:12] == b"WEBP", _webp),
)
