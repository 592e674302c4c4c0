"""The directories of an EXIF block, read as far as they can be: nothing here raises.

EXIF is a TIFF file without pixels. Places in it are trusted only where they lie in the block
and numbers of entries only up to a limit, so that a hostile one costs no more than any other.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

MOST_ENTRIES = 512
"""Entries that are read of one directory."""

MOST_VALUES = 1024
"""Numbers, or bytes of text, that are read of one entry."""

_PREFIX = b"Exif\0\0"

_ENTRY = 12


class Kind(IntEnum):
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
    Kind.BYTE: "B",
    Kind.ASCII: "B",
    Kind.SHORT: "H",
    Kind.LONG: "L",
    Kind.RATIONAL: "LL",
    Kind.SIGNED_BYTE: "b",
    Kind.UNDEFINED: "B",
    Kind.SIGNED_SHORT: "h",
    Kind.SIGNED_LONG: "l",
    Kind.SIGNED_RATIONAL: "ll",
    Kind.FLOAT: "f",
    Kind.DOUBLE: "d",
    Kind.DIRECTORY: "L",
}
"""How `struct` reads one value of each kind."""

RATIONALS = frozenset({Kind.RATIONAL, Kind.SIGNED_RATIONAL})
"""Kinds whose values are two numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One entry; a rational's two numbers follow each other in `numbers`."""

    kind: Kind
    numbers: tuple[int | float, ...]

    @property
    def raw(self) -> bytes:
        """The values of an ASCII or undefined entry."""
        return bytes(map(int, self.numbers))


type Fields = Mapping[int, Field]
"""The entries of a directory by tag; of a repeated tag the first."""


class Block:
    """An EXIF block, which need not be one."""

    def __init__(self, data: bytes) -> None:
        """Look at the header; where that is none, the block has no directory."""
        self._data = data.removeprefix(_PREFIX)
        self._order = {b"II*\0": "<", b"MM\0*": ">"}.get(self._data[:4], "")

    @property
    def little_endian(self) -> bool:
        """Whether numbers of two bytes start with the low one."""
        return self._order == "<"

    def first(self) -> int:
        """Give the place of the first directory, 0 for none."""
        return self._number("L", 4) if self._order else 0

    def after(self, place: int) -> int:
        """Give the place of the directory that follows the one at a place, 0 for none."""
        return self._number("L", place + 2 + _ENTRY * self._number("H", place)) if place else 0

    def fields(self, place: int) -> Fields:
        """Read the directory at a place; there is none at 0."""
        found: dict[int, Field] = {}
        count = min(self._number("H", place), MOST_ENTRIES) if place else 0
        for at in range(place + 2, place + 2 + count * _ENTRY, _ENTRY):
            field = self._field(at)
            if field is not None:
                found.setdefault(self._number("H", at), field)
        return found

    def _field(self, at: int) -> Field | None:
        code = _CODES.get(self._number("H", at + 2))
        if code is None:
            return None
        count = self._number("L", at + 4)
        size = struct.calcsize("<" + code)
        start = at + 8 if count * size <= 4 else self._number("L", at + 8)
        if start + count * size > len(self._data) or at + _ENTRY > len(self._data):
            return None
        layout = self._order + code * min(count, MOST_VALUES)
        kind = Kind(self._number("H", at + 2))
        return Field(kind=kind, numbers=struct.unpack_from(layout, self._data, start))

    def _number(self, code: str, at: int) -> int:
        """Read one unsigned number; beyond the end there are zeros."""
        size = struct.calcsize("<" + code)
        return int.from_bytes(self._data[at : at + size], "little" if self.little_endian else "big")
