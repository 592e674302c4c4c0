"""The font names of text watermarks, their font files, and the choice of a file per character.

C-90 asks for a licensed substitute of each name. This module only reads character maps and does
not need Pillow.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import groupby
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import iter_unpack, unpack_from

HEI = ("wqy-zenhei.ttf", "wqy-microhei.ttf")

FILES: Mapping[str, tuple[str, ...]] = {
    "wqy-zenhei": HEI,
    "wqy-microhei": HEI[::-1],
    "fangzhengshusong": ("gbsn00lp.ttf", "cwfs.ttf", *HEI),
    "fangzhengkaiti": ("gkai00mp.ttf", "cwfs.ttf", *HEI),
    "fangzhengheiti": HEI,
    "fangzhengfangsong": ("cwfs.ttf", "gbsn00lp.ttf", *HEI),
    "droidsansfallback": HEI[::-1],
}
"""By OSS font name: the face's own file, then fallbacks for missing glyphs, by style."""


class FontFile:
    """The character map of a TrueType or OpenType file, memory-mapped and read on demand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._font = mmap(file.fileno(), 0, access=ACCESS_READ)
        records = iter_unpack(">4s4xI4x", self._font[12 : 12 + 16 * self._u16(4)])
        self._tables: dict[bytes, int] = dict(records)
        self._characters = self._character_map()

    def has_glyph(self, character: str) -> bool:
        """Return whether the file draws the character.

        A blank glyph counts only for a space, one without an advance only for a combining mark,
        and a mark must have none: it is drawn over its base.
        """
        glyph = self._glyph(ord(character))
        if not glyph or character.isspace():
            return bool(glyph)
        return not self._is_blank(glyph) and is_mark(character) == (self._advance(glyph) == 0)

    def _u16(self, at: int) -> int:
        return int.from_bytes(self._font[at : at + 2])

    def _u32(self, at: int) -> int:
        return int.from_bytes(self._font[at : at + 4])

    def _character_map(self) -> int:
        """Return the offset of the Unicode `cmap` subtable, preferring the one of full range."""
        cmap = self._tables[b"cmap"]
        records = iter_unpack(">HHI", self._font[cmap + 4 : cmap + 4 + 8 * self._u16(cmap + 2)])
        starts: dict[tuple[int, int], int]
        starts = {(platform, encoding): cmap + offset for platform, encoding, offset in records}
        return starts.get((3, 10)) or starts[3, 1]

    def _glyph(self, code: int) -> int:
        """Return the glyph index of a code point, 0 for none."""
        if self._u16(self._characters) == 12:
            return self._glyph_in_groups(code)
        return self._glyph_in_segments(code) if code < 0xFFFF else 0

    def _glyph_in_groups(self, code: int) -> int:
        """Search `cmap` format 12: groups of start code, end code and start glyph."""
        groups, count = self._characters + 16, self._u32(self._characters + 12)
        i = bisect_left(range(count), code, key=lambda i: self._u32(groups + 12 * i + 4))
        if i == count:
            return 0
        first, _, glyph = unpack_from(">III", self._font, groups + 12 * i)
        return int(glyph + code - first) if code >= first else 0

    def _glyph_in_segments(self, code: int) -> int:
        """Search `cmap` format 4: arrays endCode, startCode, idDelta and idRangeOffset."""
        size = self._u16(self._characters + 6)
        ends = self._characters + 14
        i = 2 * bisect_left(range(size // 2), code, key=lambda i: self._u16(ends + 2 * i))
        starts, shifts, places = (ends + 2 + i + n * size for n in (1, 2, 3))
        if code < (first := self._u16(starts)):
            return 0
        if not (place := self._u16(places)):
            return (code + self._u16(shifts)) & 0xFFFF
        glyph = self._u16(places + place + 2 * (code - first))
        return (glyph + self._u16(shifts)) & 0xFFFF if glyph else 0

    def _advance(self, glyph: int) -> int:
        """Return the advance width of a glyph; the last one of the table stands for all others."""
        last = self._u16(self._tables[b"hhea"] + 34) - 1
        return self._u16(self._tables[b"hmtx"] + 4 * min(glyph, last))

    def _is_blank(self, glyph: int) -> bool:
        """Return whether the glyph has no outline: several faces map characters to empty glyphs."""
        if b"loca" not in self._tables:
            return False
        read, width = (self._u32, 4) if self._u16(self._tables[b"head"] + 50) else (self._u16, 2)
        at = self._tables[b"loca"] + width * glyph
        return read(at) == read(at + width)


def split_runs(text: str, faces: Sequence[FontFile]) -> list[tuple[FontFile, str]]:
    """Split the text, in NFC, into runs of one face each: the first face that has the glyph.

    A combining mark takes the face of its base if that has it. A character that no face has takes
    the last face, whose glyph for missing characters is a visible box; a space takes the first.
    Joiners, variation selectors and marks that no face has are dropped.
    """
    characters = [c for c in unicodedata.normalize("NFC", text) if not _is_default_ignorable(c)]
    chosen: list[tuple[FontFile, str]] = []
    for character in characters:
        of_base = chosen[-1:] if is_mark(character) else []
        candidates = (*(face for face, _ in of_base), *faces)
        face = next((face for face in candidates if face.has_glyph(character)), None)
        if face is None and not is_mark(character):
            face = faces[0] if character.isspace() else faces[-1]
        if face is not None:
            chosen.append((face, character))
    return [(face, "".join(c for _, c in run)) for face, run in groupby(chosen, lambda c: c[0])]


def is_mark(character: str) -> bool:
    """Return whether the character is a combining mark."""
    return unicodedata.category(character).startswith("M")


def _is_default_ignorable(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"
