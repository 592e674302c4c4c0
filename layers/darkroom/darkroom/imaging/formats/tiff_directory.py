"""The first directory of a TIFF file: the fields that pixels depend on, read and written again.

Decoders receive a file with a new directory in the classic layout, which contains these fields
only. So no other field can change a pixel, and every field was checked before.
"""

import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

MAX_STRIPS = 50_000
"""Strips or tiles of a picture, each of which takes a decoder time and memory."""

_MAX_ENTRIES = 4096


class Tag(IntEnum):
    """The fields that pixels depend on, and those by which camera files are recognised."""

    WIDTH = 256
    LENGTH = 257
    BITS_PER_SAMPLE = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_OFFSETS = 273
    ORIENTATION = 274
    SAMPLES_PER_PIXEL = 277
    ROWS_PER_STRIP = 278
    STRIP_BYTE_COUNTS = 279
    PLANAR_CONFIGURATION = 284
    T4_OPTIONS = 292
    T6_OPTIONS = 293
    PREDICTOR = 317
    COLOR_MAP = 320
    TILE_WIDTH = 322
    TILE_LENGTH = 323
    TILE_OFFSETS = 324
    TILE_BYTE_COUNTS = 325
    SUB_DIRECTORIES = 330
    INK_SET = 332
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    JPEG_TABLES = 347
    JPEG_PROC = 512
    JPEG_INTERCHANGE_FORMAT = 513
    JPEG_INTERCHANGE_FORMAT_LENGTH = 514
    JPEG_RESTART_INTERVAL = 515
    JPEG_Q_TABLES = 519
    JPEG_DC_TABLES = 520
    JPEG_AC_TABLES = 521
    YCBCR_COEFFICIENTS = 529
    YCBCR_SUBSAMPLING = 530
    YCBCR_POSITIONING = 531
    REFERENCE_BLACK_WHITE = 532
    ICC_PROFILE = 34675
    DNG_VERSION = 50706


_LAYOUT = (Tag.STRIP_OFFSETS, Tag.STRIP_BYTE_COUNTS, Tag.TILE_OFFSETS, Tag.TILE_BYTE_COUNTS)
_NOT_FOR_DECODERS = (Tag.ORIENTATION, Tag.SUB_DIRECTORIES, Tag.DNG_VERSION)

_MAX_VALUES = 1024
_MAX_VALUES_BY_TAG = {
    **dict.fromkeys(_LAYOUT, MAX_STRIPS),
    Tag.COLOR_MAP: 3 << 16,
    Tag.JPEG_TABLES: 1 << 16,
    Tag.ICC_PROFILE: 4_000_000,
}
"""Values that are read of a field; those of printers' profiles take two million bytes."""

_CODES = {1: "B", 2: "B", 3: "H", 4: "L", 5: "LL", 6: "b", 7: "B", 8: "h", 9: "l", 10: "ll"}
_CODES |= {11: "f", 12: "d", 13: "L", 16: "Q", 17: "q", 18: "Q"}
"""The format codes of `struct` for a value of each type."""

_SHORT, _LONG = 3, 4
_LONG8 = (16, 17, 18)

type Field = tuple[int, tuple[int | float, ...]]
"""Type and values; a rational's two numbers follow each other."""


class Directory(Struct, frozen=True, kw_only=True):
    """Fields of a directory, and their byte order."""

    order: str
    """The byte order as a character of `struct`."""
    fields: Mapping[int, Field]

    @classmethod
    def read_first(cls, data: bytes) -> Self:
        """Read the first directory of a file, classic or BigTIFF.

        Raises `ValueError` or `struct.error` for a truncated directory or field.
        """
        order = "<" if data.startswith(b"II") else ">"
        is_big = data[2:4] in (b"+\0", b"\0+")
        (place,) = struct.unpack_from(order + ("Q" if is_big else "L"), data, 8 if is_big else 4)
        return cls(order=order, fields=_read_fields(data, order, place, is_big=is_big))

    def sub_directories(self, data: bytes) -> list[Self]:
        """Return the readable subdirectories of a classic file."""
        found = list[Self]()
        for place in self.integers(Tag.SUB_DIRECTORIES)[:16]:
            try:
                fields = _read_fields(data, self.order, place, is_big=False)
            except (ValueError, struct.error):
                continue
            found.append(replace(self, fields=fields))
        return found

    def integers(self, tag: Tag) -> tuple[int, ...]:
        """Return the integers of a field; empty for an absent field or one of another type."""
        _, values = self.fields.get(tag, (0, ()))
        return tuple(value for value in values if isinstance(value, int))

    def integer(self, tag: Tag, default: int = 0) -> int:
        """Return the first integer of a field, or the default."""
        return next(iter(self.integers(tag)), default)

    def raw(self, tag: Tag) -> bytes | None:
        """Return the bytes of a field, None for an absent field."""
        return bytes(self.integers(tag)) if tag in self.fields else None

    def changed(self, changes: Mapping[Tag, Sequence[int] | None]) -> Self:
        """Return a directory with other values of fields; None removes a field."""
        fields = dict(self.fields)
        for tag, values in changes.items():
            kind, _ = fields.pop(tag, (_SHORT, ()))
            if values is not None:
                fields[tag] = (kind, tuple(values))
        return replace(self, fields=fields)

    # --- Layout ---------------------------------------------------------------------------------

    @property
    def is_tiled(self) -> bool:
        """Whether the picture consists of tiles instead of strips."""
        return Tag.TILE_WIDTH in self.fields

    @property
    def parts(self) -> int:
        """Number of strips or tiles of one plane."""
        width, length = self.integer(Tag.WIDTH), self.integer(Tag.LENGTH)
        if self.is_tiled:
            across, down = self.integer(Tag.TILE_WIDTH), self.integer(Tag.TILE_LENGTH)
            return -(-width // across) * -(-length // down)
        return -(-length // (self.integer(Tag.ROWS_PER_STRIP) or length))

    @property
    def planes(self) -> int:
        """Number of planes: one for interleaved samples."""
        is_planar = self.integer(Tag.PLANAR_CONFIGURATION, 1) == 2
        return self.integer(Tag.SAMPLES_PER_PIXEL, 1) if is_planar else 1

    def plane(self, number: int) -> Self:
        """Return the directory of one plane as a grey picture."""
        start = number * self.parts
        changes: dict[Tag, Sequence[int] | None] = {
            tag: self.integers(tag)[start : start + self.parts]
            for tag in _LAYOUT
            if tag in self.fields
        }
        changes |= {Tag.SAMPLES_PER_PIXEL: [1], Tag.PHOTOMETRIC: [1], Tag.PLANAR_CONFIGURATION: [1]}
        changes |= {Tag.BITS_PER_SAMPLE: self.integers(Tag.BITS_PER_SAMPLE)[:1]}
        changes |= dict.fromkeys((Tag.EXTRA_SAMPLES, Tag.SAMPLE_FORMAT, Tag.INK_SET), None)
        return self.changed(changes)

    # --- Writing --------------------------------------------------------------------------------

    def file(self, data: bytes) -> bytes:
        """Return a classic file with this directory in place of the first."""
        data += b"\0" * (len(data) & 1)
        return self._header(len(data)) + data[8:] + self._written(len(data))

    def head(self) -> bytes:
        """Return a file of this directory without pixels."""
        return self._header(8) + self._written(8)

    def _header(self, place: int) -> bytes:
        mark = b"II*\0" if self.order == "<" else b"MM\0*"
        return mark + struct.pack(self.order + "L", place)

    def _written(self, place: int) -> bytes:
        """Return the directory for an offset of the file, the fields in ascending order."""
        kept = sorted(tag for tag in self.fields if tag not in _NOT_FOR_DECODERS)
        entries, values = list[bytes](), b""
        after = place + 2 + 12 * len(kept) + 4
        for tag in kept:
            kind, numbers = self.fields[tag]
            code = _CODES[kind]
            count = len(numbers) // len(code)
            packed = struct.pack(self.order + code * count, *numbers)
            if len(packed) > 4:
                offset, values = after + len(values), values + packed + b"\0" * (len(packed) & 1)
                packed = struct.pack(self.order + "L", offset)
            entries.append(
                struct.pack(self.order + "HHL", tag, kind, count) + packed.ljust(4, b"\0")
            )
        count_and_entries = struct.pack(self.order + "H", len(kept)) + b"".join(entries)
        return count_and_entries + b"\0\0\0\0" + values


def _read_fields(data: bytes, order: str, place: int, *, is_big: bool) -> dict[int, Field]:
    """Read the fields of `Tag`; the first of each tag counts, as for libtiff."""
    number, size, inline = ("Q", 20, 8) if is_big else ("H", 12, 4)
    (count,) = struct.unpack_from(order + number, data, place)
    first = place + struct.calcsize(order + number)
    layout = struct.Struct(order + ("HHQ" if is_big else "HHL"))
    fields = dict[int, Field]()
    for at in range(first, first + min(count, _MAX_ENTRIES) * size, size):
        tag, kind, values = layout.unpack_from(data, at)
        if tag not in _KNOWN or tag in fields or kind not in _CODES:
            continue
        code = _CODES[kind]
        values = min(values, _MAX_VALUES_BY_TAG.get(Tag(tag), _MAX_VALUES))
        start = at + layout.size
        if values * struct.calcsize(order + code) > inline:
            (start,) = struct.unpack_from(order + ("Q" if is_big else "L"), data, start)
        try:
            numbers = struct.unpack_from(order + code * values, data, start)
        except (struct.error, OverflowError):
            if tag == Tag.ICC_PROFILE:
                continue
            raise ValueError(f"field {tag} ends after the file") from None
        fields[tag] = (_LONG if kind in _LONG8 else kind, numbers)
    return fields


_KNOWN = frozenset(Tag)
