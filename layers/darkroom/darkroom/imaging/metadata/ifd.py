"""The image file directories (IFDs) of an EXIF block; damaged parts are skipped, nothing raises.

EXIF is a TIFF file without pixels. An offset counts only if it lies within the block, and a number
of entries only up to a limit, so that a hostile block costs no more than any other.
"""

import struct
from collections.abc import Mapping
from enum import IntEnum

from msgspec import Struct

MAX_ENTRIES = 512
"""Number of entries that are read of one IFD."""

MAX_VALUES = 1024
"""Number of values, or bytes of text, that are read of one entry."""

_PREFIX = b"Exif\0\0"

_ENTRY = 12


class FieldType(IntEnum):
    """The type of an entry's values, by its number in TIFF 6.0."""

    BYTE = 1
    ASCII = 2
    SHORT = 3
    LONG = 4
    RATIONAL = 5
    SIGNED_BYTE = 6
    UNDEFINED = 7
    SIGNED_SHORT = 8
    SIGNED_LONG = 9
    SIGNED_RATIONAL = 10
    FLOAT = 11
    DOUBLE = 12
    DIRECTORY = 13


_CODES: Mapping[int, str] = {
    FieldType.BYTE: "B",
    FieldType.ASCII: "B",
    FieldType.SHORT: "H",
    FieldType.LONG: "L",
    FieldType.RATIONAL: "LL",
    FieldType.SIGNED_BYTE: "b",
    FieldType.UNDEFINED: "B",
    FieldType.SIGNED_SHORT: "h",
    FieldType.SIGNED_LONG: "l",
    FieldType.SIGNED_RATIONAL: "ll",
    FieldType.FLOAT: "f",
    FieldType.DOUBLE: "d",
    FieldType.DIRECTORY: "L",
}
"""Format of `struct` for one value of each type."""

RATIONALS = frozenset({FieldType.RATIONAL, FieldType.SIGNED_RATIONAL})
"""Types whose values are two numbers, numerator and denominator."""


class Entry(Struct, frozen=True, kw_only=True):
    """The type and the values of an entry; a rational is two consecutive `numbers`."""

    kind: FieldType
    numbers: tuple[int | float, ...]

    @property
    def raw(self) -> bytes:
        """The bytes of an ASCII or UNDEFINED entry."""
        return bytes(map(int, self.numbers))


type Entries = Mapping[int, Entry]
"""The entries of an IFD by tag; of a repeated tag the first."""


class IfdReader:
    """Reads the IFDs of an EXIF block or a TIFF file."""

    def __init__(self, data: bytes) -> None:
        """Read the header; a block without a TIFF header has no IFD."""
        self._data = data.removeprefix(_PREFIX)
        self._order = {b"II*\0": "<", b"MM\0*": ">"}.get(self._data[:4], "")

    @property
    def little_endian(self) -> bool:
        """Whether numbers have their low byte first."""
        return self._order == "<"

    def first_ifd(self) -> int:
        """Return the offset of the first IFD, 0 for none."""
        return self._number("L", 4) if self._order else 0

    def next_ifd(self, offset: int) -> int:
        """Return the offset of the IFD after the one at `offset`, 0 for none."""
        return self._number("L", offset + 2 + _ENTRY * self._number("H", offset)) if offset else 0

    def entries(self, offset: int) -> Entries:
        """Read the IFD at `offset`; no entries for 0."""
        found: dict[int, Entry] = {}
        count = min(self._number("H", offset), MAX_ENTRIES) if offset else 0
        for at in range(offset + 2, offset + 2 + count * _ENTRY, _ENTRY):
            entry = self._entry(at)
            if entry is not None:
                found.setdefault(self._number("H", at), entry)
        return found

    def _entry(self, at: int) -> Entry | None:
        """Read the entry at an offset; None for an unknown type or values outside the block."""
        code = _CODES.get(self._number("H", at + 2))
        if code is None:
            return None
        count = self._number("L", at + 4)
        size = struct.calcsize("<" + code)
        start = at + 8 if count * size <= 4 else self._number("L", at + 8)
        if start + count * size > len(self._data) or at + _ENTRY > len(self._data):
            return None
        layout = self._order + code * min(count, MAX_VALUES)
        kind = FieldType(self._number("H", at + 2))
        return Entry(kind=kind, numbers=struct.unpack_from(layout, self._data, start))

    def _number(self, code: str, at: int) -> int:
        """Read one unsigned number; bytes past the end count as zero."""
        size = struct.calcsize("<" + code)
        return int.from_bytes(self._data[at : at + size], "little" if self.little_endian else "big")
