"""EXIF as `info` returns it: names and texts of the Exiv2 library (spec 02 §16).

Image and Photo tags are returned as numbers, fractions or text. GPS tags are formatted as in the
documented response: as by the versions of Exiv2 that printed GPSVersionID as four numbers.
No block, however damaged, raises.
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct, field

from darkroom.imaging.metadata.exif_tags import (
    EXIF_DIRECTORY,
    GPS,
    GPS_DIRECTORY,
    IMAGE,
    INTEROPERABILITY,
    INTEROPERABILITY_DIRECTORY,
    PHOTO,
)
from darkroom.imaging.metadata.ifd import RATIONALS, Entries, Entry, FieldType, IfdReader

MAX_TEXT = 1000
"""Number of characters that are returned of a text."""

_USER_COMMENT = 0x9286
_GPS_COMMENTS = (0x1B, 0x1C)
"""GPSProcessingMethod and GPSAreaInformation."""

_CHARACTER_SETS = {b"ASCII": "Ascii", b"JIS": "Jis", b"UNICODE": "Unicode", b"": ""}
"""Exiv2's names of the character sets that a comment's first 8 bytes state; empty is undefined."""

type Texts = Mapping[str, str]
"""Formatted values by tag name."""


class ExifTexts(Struct, frozen=True, kw_only=True):
    """The texts of the picture, and of the thumbnail that the block contains."""

    picture: Texts = field(default_factory=dict)
    thumbnail: Texts = field(default_factory=dict)


def exif_texts(data: bytes) -> ExifTexts:
    """Return the texts of an EXIF block; damaged entries are skipped."""
    block = IfdReader(data)
    first = block.first_ifd()
    image = block.entries(first)
    photo = block.entries(_ifd_offset(image, EXIF_DIRECTORY))
    gps = block.entries(_ifd_offset(image, GPS_DIRECTORY))
    interoperability = block.entries(_ifd_offset(photo, INTEROPERABILITY_DIRECTORY))
    comment = photo.get(_USER_COMMENT)
    comments = {PHOTO[_USER_COMMENT]: _comment(comment, block)} if comment else {}
    return ExifTexts(
        # Later entries replace earlier ones: of tags with the same name, the first IFD's counts.
        picture={
            **_named(interoperability, INTEROPERABILITY),
            **{name: _gps(tag, gps[tag], block) for tag, name in GPS.items() if tag in gps},
            **_named(photo, PHOTO),
            **comments,
            **_named(image, IMAGE),
        },
        thumbnail=_named(block.entries(block.next_ifd(first)), IMAGE),
    )


def _ifd_offset(entries: Entries, tag: int) -> int:
    """Return the offset of the IFD that a tag refers to, 0 for none."""
    entry = entries.get(tag)
    offset = entry.numbers[0] if entry and entry.numbers else 0
    return offset if isinstance(offset, int) and offset > 0 else 0


def _named(entries: Entries, names: Mapping[int, str]) -> Texts:
    return {names[tag]: plain(entry) for tag, entry in entries.items() if tag in names}


def plain(entry: Entry) -> str:
    """Return the values separated by spaces; a text ends at its first NUL."""
    if entry.kind is FieldType.ASCII:
        return _decoded(entry.raw.partition(b"\0")[0])[:MAX_TEXT]
    if entry.kind in RATIONALS:
        words = [f"{over}/{under}" for over, under in _fractions(entry)]
    elif entry.kind in (FieldType.FLOAT, FieldType.DOUBLE):
        words = [f"{number:g}" for number in entry.numbers]
    else:
        words = [str(number) for number in entry.numbers]
    # A number is returned whole or not at all.
    return (
        " ".join(words)[: MAX_TEXT + 1].rpartition(" ")[0] if _is_long(words) else " ".join(words)
    )


def _is_long(words: Sequence[str]) -> bool:
    return sum(map(len, words)) + len(words) - 1 > MAX_TEXT


def _decoded(raw: bytes) -> str:
    """Decode UTF-8, otherwise GBK if that gives mostly characters of GB 2312, otherwise Latin-1.

    Latin-1 text that happens to be valid GBK gives rare characters.
    """
    for encoding, is_plausible in (("utf-8", None), ("gbk", _is_mostly_common)):
        with suppress(UnicodeDecodeError):
            text = raw.decode(encoding)
            if is_plausible is None or is_plausible(text):
                return text
    return raw.decode("latin-1")


def _is_mostly_common(text: str) -> bool:
    wide = [character for character in text if not character.isascii()]
    common = sum(bool(character.encode("gb2312", "ignore")) for character in wide)
    return 3 * common >= 2 * len(wide)


def _fractions(entry: Entry) -> list[tuple[int, int]]:
    whole = [int(number) for number in entry.numbers] if entry.kind in RATIONALS else []
    return list(zip(whole[::2], whole[1::2], strict=True))


def _comment(entry: Entry, block: IfdReader) -> str:
    """Format UserComment, whose first 8 bytes state its character set."""
    if entry.kind is not FieldType.UNDEFINED:
        return plain(entry)
    name = _CHARACTER_SETS.get(entry.raw[:8].rstrip(b"\0"))
    if name is None:
        return plain(entry)
    if name == "Unicode":
        order = "utf-16-le" if block.little_endian else "utf-16-be"
        raw = entry.raw[8:]
        if raw[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
            order = "utf-16"
        text = raw.decode(order, "replace").rstrip("\0")
    else:
        text = _decoded(entry.raw[8:].rstrip(b"\0"))
    return (f'charset="{name}" {text}' if name else text)[:MAX_TEXT]


def _gps(tag: int, entry: Entry, block: IfdReader) -> str:
    """Format a GPS tag as Exiv2 does, which puts values that it cannot interpret in parentheses."""
    if tag in _GPS_COMMENTS:
        return _comment(entry, block)
    if tag in _WORDS:
        first = entry.numbers[0] if entry.numbers else None
        word = _WORDS[tag].get(first) if isinstance(first, int) else None
        return word or f"({plain(entry)})"
    write, count = _MEASURES.get(tag, (None, 0))
    fractions = _fractions(entry)
    if write is None or len(fractions) != count:
        return plain(entry)
    if not all(under for _, under in fractions):
        return f"({plain(entry)})"
    return write(fractions)


def _degrees(fractions: list[tuple[int, int]]) -> str:
    """Format degrees, minutes and seconds, each with a trailing space, up to the last non-zero."""
    count = max((i for i, (over, _) in enumerate(fractions) if over), default=0) + 1
    parts = zip(fractions[:count], ("deg", "'", '"'), (7, 5, 3), strict=False)
    return "".join(
        f"{over / under:.{places if over % under else 0}f}{unit} "
        for (over, under), unit, places in parts
    )


def _metres(fractions: list[tuple[int, int]]) -> str:
    ((over, under),) = fractions
    return f"{over / under:.{1 if under > 1 else 0}f} m"


def _time(fractions: list[tuple[int, int]]) -> str:
    hours, minutes, seconds = (over / under for over, under in fractions)
    total = 3600 * hours + 60 * minutes + seconds
    whole_hours, rest = divmod(total, 3600)
    whole_minutes, rest = divmod(rest, 60)
    text = f"{rest:04.1f}" if total != int(total) else f"{rest:02.0f}"
    return f"{int(whole_hours):02}:{int(whole_minutes):02}:{text}"


_NORTH_SOUTH = {ord("N"): "North", ord("S"): "South"}
_EAST_WEST = {ord("E"): "East", ord("W"): "West"}

_WORDS: Mapping[int, Mapping[int, str]] = {
    0x01: _NORTH_SOUTH,
    0x03: _EAST_WEST,
    0x05: {0: "Above sea level", 1: "Below sea level"},
    0x0C: {ord("K"): "km/h", ord("M"): "mph", ord("N"): "knots"},
    0x13: _NORTH_SOUTH,
    0x15: _EAST_WEST,
}
"""Texts by the first value of GPS tags."""

_MEASURES: Mapping[int, tuple[Callable[[list[tuple[int, int]]], str], int]] = {
    0x02: (_degrees, 3),
    0x04: (_degrees, 3),
    0x06: (_metres, 1),
    0x07: (_time, 3),
    0x14: (_degrees, 3),
    0x16: (_degrees, 3),
}
"""Formatter of GPS tags of fractions, and the number of fractions that it needs."""
