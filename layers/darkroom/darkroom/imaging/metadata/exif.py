"""EXIF as `info` shows it: names and texts of the Exiv2 library (spec 02 §16).

Picture and camera tags are shown plain, as numbers, fractions or text; of the GPS tags those
are put into words that Exiv2 did when it still showed GPSVersionID as four numbers, which is
what the documented answer does. Whatever a block holds, nothing here raises.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
"""Characters of a text that are shown."""

_USER_COMMENT = 0x9286

_CHARACTER_SETS = {b"ASCII": "Ascii", b"JIS": "Jis", b"UNICODE": "Unicode", b"": ""}
"""Names of character sets in front of a comment; without one, it is in any."""

type Texts = Mapping[str, str]
"""Texts by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifTexts:
    """What a block says of the picture, and of the thumbnail in it."""

    picture: Texts = field(default_factory=dict)
    thumbnail: Texts = field(default_factory=dict)


def exif_texts(data: bytes) -> ExifTexts:
    """Read an EXIF block as far as it can be read."""
    block = IfdReader(data)
    first = block.first_ifd()
    image = block.entries(first)
    photo = block.entries(_place(image, EXIF_DIRECTORY))
    gps = block.entries(_place(image, GPS_DIRECTORY))
    interoperability = block.entries(_place(photo, INTEROPERABILITY_DIRECTORY))
    comment = photo.get(_USER_COMMENT)
    comments = {PHOTO[_USER_COMMENT]: _comment(comment, block)} if comment else {}
    return ExifTexts(
        # Where two directories have a name in common, the picture's own comes last and stays.
        picture={
            **_named(interoperability, INTEROPERABILITY),
            **{name: _gps(tag, gps[tag]) for tag, name in GPS.items() if tag in gps},
            **_named(photo, PHOTO),
            **comments,
            **_named(image, IMAGE),
        },
        thumbnail=_named(block.entries(block.next_ifd(first)), IMAGE),
    )


def _place(fields: Entries, tag: int) -> int:
    """Give the place of another directory, 0 for none."""
    entry = fields.get(tag)
    place = entry.numbers[0] if entry and entry.numbers else 0
    return place if isinstance(place, int) and place > 0 else 0


def _named(fields: Entries, names: Mapping[int, str]) -> Texts:
    return {names[tag]: plain(entry) for tag, entry in fields.items() if tag in names}


def plain(entry: Entry) -> str:
    """Write the values behind each other; a text ends at its first zero."""
    if entry.kind is FieldType.ASCII:
        return _decoded(entry.raw.partition(b"\0")[0])[:MAX_TEXT]
    if entry.kind in RATIONALS:
        words = [f"{over}/{under}" for over, under in _fractions(entry)]
    elif entry.kind in (FieldType.FLOAT, FieldType.DOUBLE):
        words = [f"{number:g}" for number in entry.numbers]
    else:
        words = [str(number) for number in entry.numbers]
    return " ".join(words)[:MAX_TEXT]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _fractions(entry: Entry) -> list[tuple[int, int]]:
    whole = [int(number) for number in entry.numbers] if entry.kind in RATIONALS else []
    return list(zip(whole[::2], whole[1::2], strict=True))


def _comment(entry: Entry, block: IfdReader) -> str:
    """Write a comment, which starts with the name of its character set."""
    if entry.kind is not FieldType.UNDEFINED:
        return plain(entry)
    name = _CHARACTER_SETS.get(entry.raw[:8].rstrip(b"\0"))
    if name is None:
        return plain(entry)
    if name == "Unicode":
        order = "utf-16-le" if block.little_endian else "utf-16-be"
        text = entry.raw[8:].decode(order, "replace").rstrip("\0")
    else:
        text = _decoded(entry.raw[8:].rstrip(b"\0"))
    return (f'charset="{name}" {text}' if name else text)[:MAX_TEXT]


def _gps(tag: int, entry: Entry) -> str:
    """Put into words what Exiv2 does; what it cannot read it puts in brackets."""
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
    """Write degrees, minutes and seconds as far as they are not zero; a blank ends each."""
    told = max((i for i, (over, _) in enumerate(fractions) if over), default=0) + 1
    parts = zip(fractions[:told], ("deg", "'", '"'), (7, 5, 3), strict=False)
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
"""Words for the first byte of GPS tags."""

_MEASURES: Mapping[int, tuple[Callable[[list[tuple[int, int]]], str], int]] = {
    0x02: (_degrees, 3),
    0x04: (_degrees, 3),
    0x06: (_metres, 1),
    0x07: (_time, 3),
    0x14: (_degrees, 3),
    0x16: (_degrees, 3),
}
"""How GPS fractions are written, and how many there have to be."""
