"""The items of an ISO media file: their properties, references and true sizes.

Decoders allocate memory for the size that a derived picture or a bit stream states, whatever the
`ispe` property states; so both are read before a pixel is decoded (decision 100).
ISO/IEC 14496-12 specifies boxes, 23008-12 items, and AV1 and HEVC their bit streams.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Self

from msgspec import Struct, field

from darkroom.errors import too_many
from darkroom.geometry import Size

MAX_BOXES = 20_000
MAX_REFERENCES = 1024
"""Input pictures of a derived picture; phones divide 12 million pixels into 48 tiles."""

MAX_ITEMS = 5000
MAX_PARTS = 100_000
"""Extents, references or associations of all items."""

MAX_UNITS = 10_000
"""OBUs or NAL units of an item; a picture has one for each tile or slice."""

_CONTAINERS = {b"meta": 4, b"iprp": 0}
"""Boxes that contain boxes, and the bytes before these; `ipco` is read separately."""

_TRACK_CONTAINERS = dict.fromkeys((b"trak", b"mdia", b"minf", b"stbl"), 0)

_UNIQUE = frozenset((b"meta", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"ipco"))
"""Boxes of which a second one is an error, because decoders differ in which they read."""

_TWO = 2
_HEAD_OF_TWO = 16
"""Bytes of two box headers, which `with_one_association_box` replaces by one `free` box."""
_SEQUENCE_HEADER = 1
_UNIT_HEAD_BYTES = 16
_SEQUENCE_HEADER_BYTES = 256
_LAST_LEVEL_WITHOUT_TIER = 7
_PARAMETER_SET, _PARAMETER_SET_BYTES = 33, 256
_FULL_CHROMA = 3
_CROP_UNITS = {1: (2, 2), 2: (2, 1)}
"""Pixels across and down of a unit of the conformance window, by chroma format."""


class Bytes:
    """A reader of bytes; raises `ValueError` after the end."""

    def __init__(self, data: bytes) -> None:
        """Start at the first."""
        self._data, self.place = data, 0

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        taken = self._data[self.place : self.place + count]
        if len(taken) < count:
            raise ValueError("a box ends too early")
        self.place += count
        return taken

    def number(self, count: int) -> int:
        """Return an unsigned number of `count` bytes."""
        return int.from_bytes(self.take(count))


class Bits:
    """A reader of bits; raises `ValueError` after the end."""

    def __init__(self, data: bytes) -> None:
        """Start at the first."""
        self._value, self._left = int.from_bytes(data), 8 * len(data)

    def number(self, count: int) -> int:
        """Return an unsigned number of `count` bits."""
        self._left -= count
        if self._left < 0:
            raise ValueError("a bit stream ends too early")
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """Return an unsigned number in Exp-Golomb code."""
        zeros = 0
        while not self.number(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("no number of a bit stream")
        return (1 << zeros) - 1 + self.number(zeros)


class Box(Struct, frozen=True, kw_only=True):
    """A box: its type, and the offsets of its start, its content and its end."""

    name: bytes
    start: int
    content: int
    end: int


class Item(Struct, kw_only=True):
    """An item: its type, extents, input pictures and properties."""

    kind: bytes = b""
    extents: list[tuple[int, int]] = field(default_factory=list)
    """Offsets and lengths in the file."""
    made_of: list[int] = field(default_factory=list)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)

    def find(self, name: bytes) -> bytes | None:
        """Return the content of the first property of a type."""
        return next((content for kind, content in self.properties if kind == name), None)

    @property
    def size(self) -> Size | None:
        """Width and height by `ispe`."""
        content = self.find(b"ispe")
        return None if content is None else (_u32(content, 4), _u32(content, 8))

    @property
    def clean_aperture(self) -> tuple[int, int, int, int] | None:
        """Left, upper, right and lower border of the visible part, None for the whole picture.

        Raises `ValueError` for an empty part.
        """
        content, size = self.find(b"clap"), self.size
        if content is None or size is None:
            return None
        borders = [
            _clean_side(content[at : at + 8] + content[16 + at : 24 + at], side)
            for at, side in zip((0, 8), size, strict=True)
        ]
        (left, right), (upper, lower) = borders
        return left, upper, right, lower

    @property
    def coded_colour(self) -> tuple[int, int] | None:
        """Code points of primaries and transfer, None where the file has none or a profile."""
        kinds = [content for name, content in self.properties if name == b"colr"]
        codes = next((content for content in kinds if content.startswith(b"nclx")), None)
        if codes is None or len(codes) < 8 or any(c[:4] in (b"prof", b"rICC") for c in kinds):
            return None
        return int.from_bytes(codes[4:6]), int.from_bytes(codes[6:8])


class Items(Struct, frozen=True, kw_only=True):
    """The items of a file by their numbers."""

    main: Item
    by_number: dict[int, Item]
    is_whole: bool
    """Whether every box and every item ends within the file."""
    samples: list[tuple[int, int]]
    """Offset and length of the first sample of each track."""

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read the structure.

        Raises `ValueError` for a damaged one, and `ImageTooLarge` for too many boxes or items.
        """
        boxes = list(_boxes(data, 0, len(data), _CONTAINERS))
        if any(sum(box.name == name for box in boxes) > 1 for name in _UNIQUE):
            raise ValueError("a second box of a kind that must be unique")
        found: dict[bytes, Box] = {}
        for box in boxes:
            found.setdefault(box.name, box)
        items: dict[int, Item] = {}
        if b"iinf" in found:
            _read_kinds(data, found[b"iinf"], items)
        if b"iloc" in found:
            idat = found[b"idat"].content if b"idat" in found else 0
            _read_extents(_content(data, found[b"iloc"]), items, idat)
        if b"iref" in found:
            _read_references(data, found[b"iref"], items)
        if b"ipco" in found:
            inner = _boxes(data, found[b"ipco"].content, min(found[b"ipco"].end, len(data)))
            properties = [(box.name, data[box.content : box.end]) for box in inner]
            for box in boxes:
                if box.name == b"ipma":
                    _read_associations(_content(data, box), items, properties)
        if b"pitm" not in found:
            raise ValueError("a file without a main picture")
        main = _content(data, found[b"pitm"])
        number = main.number(4 if main.number(4) >> 24 else 2)
        _check_parts("items", len(items), MAX_ITEMS)
        ends = [place + length for item in items.values() for place, length in item.extents]
        return cls(
            main=items.setdefault(number, Item()),
            by_number=items,
            is_whole=max(ends + [box.end for box in boxes]) <= len(data),
            samples=_first_samples(data, boxes),
        )

    def bytes_of(self, data: bytes, item: Item) -> bytes:
        """Return the content of an item, up to the end of the file.

        Raises `ValueError` for more bytes than the file has, by extents that overlap.
        """
        parts, size = list[bytes](), 0
        for place, length in item.extents:
            parts.append(data[place : place + length])
            size += len(parts[-1])
            if size > len(data):
                raise ValueError("the extents of an item overlap")
        return b"".join(parts)

    def exif(self, data: bytes) -> bytes | None:
        """Return the EXIF block."""
        item = next((item for item in self.by_number.values() if item.kind == b"Exif"), None)
        block = b"" if item is None else self.bytes_of(data, item)
        return block[4 + _u32(block, 0) :] if len(block) > 4 else None

    def largest(self, data: bytes) -> Size:
        """Return the largest width and height of the pictures that a decoder allocates.

        Raises `ValueError` where a derived picture or a bit stream is larger than its `ispe`, and
        `ImageTooLarge` for too many input pictures.
        """
        width, height = self.main.size or (0, 0)
        left = _OVERLAPPING * len(data)
        for item in self.by_number.values():
            if item.size is None:
                continue
            _check_parts("parts of one picture", len(item.made_of), MAX_REFERENCES)
            content = self.bytes_of(data, item)
            left -= len(content)
            if left < 0:
                raise ValueError("the items overlap")
            coded = _coded_size(content, item)
            if coded is not None and (coded[0] > item.size[0] or coded[1] > item.size[1]):
                raise ValueError("a picture is larger than its ispe")
            width, height = max(width, item.size[0]), max(height, item.size[1])
        for place, length in self.samples:
            coded = av1_size(data[place : place + length])
            width, height = max(width, coded[0]), max(height, coded[1])
        return width, height


_OVERLAPPING = 4
"""How often all bytes of a file may be part of an item."""


def _coded_size(content: bytes, item: Item) -> Size | None:
    if item.kind == b"grid":
        return _grid_size(content)
    if item.kind == b"iovl":
        return _overlay_size(content)
    if item.kind == b"av01":
        return av1_size(content)
    configuration = item.find(b"hvcC")
    return None if configuration is None else hevc_size(configuration, content)


def _check_parts(parts: str, number: int, maximum: int) -> None:
    if number > maximum:
        raise too_many(parts, number, maximum)


def _first_samples(data: bytes, boxes: Sequence[Box]) -> list[tuple[int, int]]:
    """Return offset and length of the first sample of each track of AV1.

    Of an image sequence, decoders show the track instead of the main item.
    """
    places, lengths = list[int](), list[int]()
    for movie in (box for box in boxes if box.name == b"moov"):
        for box in _boxes(data, movie.content, min(movie.end, len(data)), _TRACK_CONTAINERS):
            if box.name in (b"stco", b"co64"):
                content = _content(data, box)
                content.take(8)
                places.append(content.number(4 if box.name == b"stco" else 8))
            elif box.name == b"stsz":
                content = _content(data, box)
                content.take(4)
                size = content.number(4)
                content.take(4)
                lengths.append(size or content.number(4))
    return list(zip(places, lengths, strict=True))


def _boxes(
    data: bytes, start: int, end: int, containers: Mapping[bytes, int] | None = None
) -> Iterator[Box]:
    """Yield the boxes, each container before the boxes in it."""
    containers = containers or {}
    pending, count = [(start, end)], 0
    while pending:
        place, end = pending.pop()
        while place + 8 <= end:
            length, name, content = _u32(data, place), data[place + 4 : place + 8], place + 8
            if length == 1:
                length, content = int.from_bytes(data[place + 8 : place + 16]), place + 16
            elif length == 0:
                length = end - place
            if length < content - place:
                raise ValueError("a box shorter than its head")
            count += 1
            if count > MAX_BOXES:
                raise too_many("boxes", count, MAX_BOXES)
            yield Box(name=name, start=place, content=content, end=place + length)
            if name in containers:
                pending.append((place + length, end))
                place, end = content + containers[name], min(place + length, len(data))
            else:
                place += length


def _content(data: bytes, box: Box) -> Bytes:
    return Bytes(data[box.content : box.end])


def _read_kinds(data: bytes, box: Box, items: dict[int, Item]) -> None:
    """Read `iinf`: the type of each item."""
    head = 4 + (4 if data[box.content] else 2)
    for entry in _boxes(data, box.content + head, min(box.end, len(data))):
        content = _content(data, entry)
        version = content.number(4) >> 24
        if entry.name == b"infe" and version >= 2:
            number = content.number(2 if version == 2 else 4)
            content.take(2)
            items.setdefault(number, Item()).kind = content.take(4)


def _read_extents(content: Bytes, items: dict[int, Item], idat: int) -> None:
    """Read `iloc`: the extents of each item."""
    version = content.number(4) >> 24
    sizes = content.number(2)
    offset_bytes, length_bytes = sizes >> 12, sizes >> 8 & 15
    base_bytes, index_bytes = sizes >> 4 & 15, sizes & 15 if version else 0
    wide = 4 if version == 2 else 2
    parts = 0
    for _ in range(content.number(wide)):
        item = items.setdefault(content.number(wide), Item())
        _check_parts("items", len(items), MAX_ITEMS)
        method = content.number(2) & 15 if version else 0
        content.take(2)
        base = content.number(base_bytes) + (idat if method == 1 else 0)
        count = content.number(2)
        parts += count
        _check_parts("extents", parts, MAX_PARTS)
        for _ in range(count):
            content.take(index_bytes)
            offset = content.number(offset_bytes)
            item.extents.append((base + offset, content.number(length_bytes)))


def _read_references(data: bytes, box: Box, items: dict[int, Item]) -> None:
    """Read `iref`: the input pictures of derived pictures."""
    wide = 4 if data[box.content] else 2
    parts = 0
    for entry in _boxes(data, box.content + 4, min(box.end, len(data))):
        content = _content(data, entry)
        item = items.setdefault(content.number(wide), Item())
        if entry.name == b"dimg":
            count = content.number(2)
            parts += count
            _check_parts("parts of one picture", count, MAX_REFERENCES)
            _check_parts("parts of pictures", parts, MAX_PARTS)
            item.made_of += [content.number(wide) for _ in range(count)]


def _read_associations(
    content: Bytes, items: dict[int, Item], properties: list[tuple[bytes, bytes]]
) -> None:
    """Read an `ipma`: the properties of each item; files may have several."""
    flags = content.number(4)
    wide = 2 if flags & 1 else 1
    parts = 0
    for _ in range(content.number(4)):
        item = items.setdefault(content.number(4 if flags >> 24 else 2), Item())
        _check_parts("items", len(items), MAX_ITEMS)
        count = content.number(1)
        parts += 1 + count
        _check_parts("properties", parts, MAX_PARTS)
        for _ in range(count):
            index = content.number(wide) & (0x7FFF if wide == 2 else 0x7F)
            if 0 < index <= len(properties):
                item.properties.append(properties[index - 1])


def with_one_association_box(data: bytes) -> bytes:
    """Return the file with the entries of two consecutive `ipma` boxes in one.

    Some encoders write two, which libavif refuses. A `free` box after `meta` replaces the bytes of
    the second header, so that the offsets of items do not change.
    """
    boxes = list(_boxes(data, 0, len(data), _CONTAINERS))
    around = [box for box in boxes if box.name in (b"meta", b"iprp")]
    both = [box for box in boxes if box.name == b"ipma"]
    if len(around) != _TWO or len(both) != _TWO or both[0].end != both[1].start:
        return data
    first, second = (data[box.content : box.end] for box in both)
    if first[:4] != second[:4]:
        return data
    count = (_u32(first, 4) + _u32(second, 4)).to_bytes(4)
    content = first[:4] + count + first[8:] + second[8:]
    end = around[0].end
    parts = [data[: both[0].start], (len(content) + 8).to_bytes(4), b"ipma", content]
    parts += [data[both[1].end : end], _HEAD_OF_TWO.to_bytes(4), b"free", bytes(8), data[end:]]
    joined = bytearray(b"".join(parts))
    for box in around:
        joined[box.start : box.start + 4] = (box.end - box.start - _HEAD_OF_TWO).to_bytes(4)
    return bytes(joined)


def _grid_size(content: bytes) -> Size:
    reader = Bytes(content)
    wide = 4 if reader.number(2) & 1 else 2
    reader.take(2)
    return reader.number(wide), reader.number(wide)


def _overlay_size(content: bytes) -> Size:
    reader = Bytes(content)
    wide = 4 if reader.number(2) & 1 else 2
    reader.take(8)
    return reader.number(wide), reader.number(wide)


def _clean_side(numbers: bytes, side: int) -> tuple[int, int]:
    """Return the borders of the visible part along a side, rounded and inside the picture."""
    length, length_by, offset, offset_by = struct.unpack(">IIiI", numbers)
    if not length or not length_by or not offset_by:
        raise ValueError("a clean aperture without a size")
    shown = Fraction(length, length_by)
    first = Fraction(side - 1, 2) + Fraction(offset, offset_by) - (shown - 1) / 2
    start = min(max(0, round(first)), side - 1)
    return start, max(start + 1, min(side, round(first + shown)))


def av1_size(stream: bytes) -> Size:
    """Return the largest frame size of an AV1 stream by its sequence headers (AV1, 5.3 and 5.5).

    Returns zeros for a stream without one; raises `ValueError` for a damaged stream, and
    `ImageTooLarge` for one of too many OBUs.
    """
    place, count, width, height = 0, 0, 0, 0
    while place < len(stream):
        count += 1
        _check_parts("units", count, MAX_UNITS)
        reader = Bytes(stream[place : place + _UNIT_HEAD_BYTES])
        head = reader.number(1)
        if head & 4:
            reader.take(1)
        length = _leb128(reader) if head & 2 else len(stream) - place - reader.place
        start = place + reader.place
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            unit = stream[start : start + min(length, _SEQUENCE_HEADER_BYTES)]
            size = _sequence_size(Bits(unit))
            width, height = max(width, size[0]), max(height, size[1])
        place = start + length
    return width, height


def _leb128(reader: Bytes) -> int:
    value = 0
    for shift in range(0, 56, 7):
        byte = reader.number(1)
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value
    raise ValueError("no number of a bit stream")


def _sequence_size(bits: Bits) -> Size:
    bits.number(4)  # profile, still picture
    if bits.number(1):  # reduced still picture header
        bits.number(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.number(4) + 1, bits.number(4) + 1
    return bits.number(width_bits) + 1, bits.number(height_bits) + 1


def _skip_operating_points(bits: Bits) -> None:
    delay_bits = 0
    if bits.number(1):  # timing
        bits.number(64)
        if bits.number(1):
            bits.golomb()
        if bits.number(1):  # decoder model
            delay_bits = bits.number(5) + 1
            bits.number(42)
    has_display_delay = bits.number(1)
    for _ in range(bits.number(5) + 1):
        bits.number(12)
        if bits.number(5) > _LAST_LEVEL_WITHOUT_TIER:
            bits.number(1)
        if delay_bits and bits.number(1):
            bits.number(2 * delay_bits + 1)
        if has_display_delay and bits.number(1):
            bits.number(4)


def hevc_size(configuration: bytes, content: bytes = b"") -> Size:
    """Return the largest size in the parameter sets of an `hvcC` and of the item's content.

    ISO/IEC 14496-15 8.3.3 and ITU-T H.265 7.3.2.2. Returns zeros where there is no parameter set;
    raises `ValueError` for a damaged one, and `ImageTooLarge` for too many NAL units.
    """
    reader = Bytes(configuration)
    length_bytes = (reader.take(22)[-1] & 3) + 1
    sizes: list[Size] = [(0, 0)]
    for _ in range(reader.number(1)):
        kind = reader.number(1) & 0x3F
        for _ in range(reader.number(2)):
            unit = reader.take(reader.number(2))
            if kind == _PARAMETER_SET:
                sizes.append(_parameter_set_size(unit))
    place, count = 0, 0
    while place + length_bytes < len(content):
        count += 1
        _check_parts("units", count, MAX_UNITS)
        length = int.from_bytes(content[place : place + length_bytes])
        place += length_bytes
        if content[place] >> 1 & 0x3F == _PARAMETER_SET:
            unit = content[place : place + min(length, _PARAMETER_SET_BYTES)]
            sizes.append(_parameter_set_size(unit))
        place += length
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def _parameter_set_size(unit: bytes) -> Size:
    bits = Bits(unit[2:_PARAMETER_SET_BYTES].replace(b"\0\0\3", b"\0\0"))
    bits.number(4)
    layers = bits.number(3)
    bits.number(1 + 96)  # nesting, and the general profile, tier and level
    if layers:
        present = [bits.number(2) for _ in range(8)][:layers]
        for flags in present:
            bits.number(88 * (flags >> 1) + 8 * (flags & 1))
    bits.golomb()
    chroma = bits.golomb()
    if chroma == _FULL_CHROMA:
        bits.number(1)
    width, height = bits.golomb(), bits.golomb()
    if bits.number(1):
        left, right, upper, lower = (bits.golomb() for _ in range(4))
        across, down = _CROP_UNITS.get(chroma, (1, 1))
        width, height = width - across * (left + right), height - down * (upper + lower)
    return width, height


def _u32(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4])
