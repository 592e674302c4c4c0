"""The directories of an EXIF block, read as far as they can be: nothing here raises.

EXIF is a TIFF file without pixels. Places in it are trusted only where they lie in the block
and numbers of entries only up to a limit, so that a hostile one costs no more than any other.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

MAX_ENTRIES = 512
"""Entries that are read of one directory."""

MAX_VALUES = 1024
"""Numbers, or bytes of text, that are read of one entry."""

_PREFIX = b"Exif\0\0"

_ENTRY = 12


class FieldType(IntEnum):
    """What an entry's values are, by TIFF's numbers."""

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
"""How `struct` reads one value of each kind."""

RATIONALS = frozenset({FieldType.RATIONAL, FieldType.SIGNED_RATIONAL})
"""Kinds whose values are two numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry; a rational's two numbers follow each other in `numbers`."""

    kind: FieldType
    numbers: tuple[int | float, ...]

    @property
    def raw(self) -> bytes:
        """The values of an ASCII or undefined entry."""
        return bytes(map(int, self.numbers))


type Entries = Mapping[int, Entry]
"""The entries of a directory by tag; of a repeated tag the first."""


class IfdReader:
    """An EXIF block, which need not be one."""

    def __init__(self, data: bytes) -> None:
        """Look at the header; where that is none, the block has no directory."""
        self._data = data.removeprefix(_PREFIX)
        self._order = {b"II*\0": "<", b"MM\0*": ">"}.get(self._data[:4], "")

    @property
    def little_endian(self) -> bool:
        """Whether numbers of two bytes start with the low one."""
        return self._order == "<"

    def first_ifd(self) -> int:
        """Give the place of the first directory, 0 for none."""
        return self._number("L", 4) if self._order else 0

    def next_ifd(self, place: int) -> int:
        """Give the place of the directory that follows the one at a place, 0 for none."""
        return self._number("L", place + 2 + _ENTRY * self._number("H", place)) if place else 0

    def entries(self, place: int) -> Entries:
        """Read the directory at a place; there is none at 0."""
        found: dict[int, Entry] = {}
        count = min(self._number("H", place), MAX_ENTRIES) if place else 0
        for at in range(place + 2, place + 2 + count * _ENTRY, _ENTRY):
            field = self._field(at)
            if field is not None:
                found.setdefault(self._number("H", at), field)
        return found

    def _field(self, at: int) -> Entry | None:
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
        """Read one unsigned number; beyond the end there are zeros."""
        size = struct.calcsize("<" + code)
        return int.from_bytes(self._data[at : at + size], "little" if self.little_endian else "big")
