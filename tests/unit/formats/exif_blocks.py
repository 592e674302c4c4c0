"""EXIF blocks written entry by entry, as no library would write them."""

import struct
from collections.abc import Mapping, Sequence

ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 2, 3, 4, 5, 7

type Entry = tuple[int, int, bytes]
"""Kind, count and the bytes of the values."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}


def text(value: str) -> Entry:
    """Write text, with the zero at its end."""
    raw = value.encode() + b"\0"
    return ASCII, len(raw), raw


def numbers(kind: int, values: Sequence[float], *, order: str = ">") -> Entry:
    """Write numbers of a kind; a rational takes two."""
    code = {
        1: "B",
        3: "H",
        4: "L",
        5: "L",
        6: "b",
        7: "B",
        8: "h",
        9: "l",
        10: "l",
        11: "f",
        12: "d",
    }
    raw = struct.pack(order + code[kind] * len(values), *values)
    return kind, len(raw) // _SIZES[kind], raw


def directory(entries: Mapping[int, Entry], place: int, *, order: str, after: int = 0) -> bytes:
    """Write a directory as it stands at a place, with the values behind it."""
    head, values = b"", b""
    end = place + 2 + 12 * len(entries) + 4
    for tag, (kind, count, raw) in entries.items():
        head += struct.pack(order + "HHL", tag, kind, count)
        if len(raw) <= 4:
            head += raw.ljust(4, b"\0")
        else:
            head += struct.pack(order + "L", end + len(values))
            values += raw + b"\0" * (len(raw) % 2)
    return struct.pack(order + "H", len(entries)) + head + struct.pack(order + "L", after) + values


def block(
    image: Mapping[int, Entry],
    *,
    photo: Mapping[int, Entry] | None = None,
    gps: Mapping[int, Entry] | None = None,
    thumbnail: Mapping[int, Entry] | None = None,
    order: str = ">",
) -> bytes:
    """Write a whole block: directories at fixed places, far enough apart."""
    places = {0x8769: (2000, photo), 0x8825: (4000, gps)}
    links = {tag: numbers(LONG, [at], order=order) for tag, (at, had) in places.items() if had}
    after = 6000 if thumbnail else 0
    data = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "L", 8)
    data += directory({**image, **links}, 8, order=order, after=after)
    for at, entries in (*places.values(), (6000, thumbnail)):
        if entries:
            data = data.ljust(at, b"\0") + directory(entries, at, order=order)
    return b"Exif\0\0" + data
