"""Make a font file of the first face of a TrueType collection: first_face.py IN.ttc OUT.ttf NOTICE.

The tables are copied byte for byte. A table NOTE is added that says what was changed, as the
licences of the collections ask of a changed file.
"""

import struct
import sys
from itertools import accumulate
from pathlib import Path

type Tables = dict[bytes, bytes]

WHOLE_FILE = 0xB1B0AFBA
"""What the checksum of a font file adds up to, by definition of `head`."""


def first_face(collection: bytes) -> Tables:
    """Take the tables of the first face, by tag."""
    (at,) = struct.unpack_from(">4sIII", collection)[3:]
    count = struct.unpack_from(">H", collection, at + 4)[0]
    records = struct.iter_unpack(">4sIII", collection[at + 12 : at + 12 + 16 * count])
    return {tag: collection[start : start + size] for tag, _, start, size in records}


def checksum(data: bytes) -> int:
    """Add up the 32-bit words, the last one filled with zeros."""
    words: tuple[int, ...] = struct.unpack(f">{len(padded(data)) // 4}I", padded(data))
    return sum(words) & 0xFFFFFFFF


def padded(data: bytes) -> bytes:
    """Fill up to a multiple of four bytes."""
    return data + bytes(-len(data) % 4)


def font_file(tables: Tables) -> bytes:
    """Lay the tables out behind their directory, with a right checksum in `head`."""
    head = tables[b"head"]
    blank = dict(sorted({**tables, b"head": head[:8] + bytes(4) + head[12:]}.items()))
    sizes = [len(padded(data)) for data in blank.values()]
    starts = accumulate(sizes[:-1], initial=12 + 16 * len(blank))
    power = len(blank).bit_length() - 1
    search = (16 << power, power, 16 * len(blank) - (16 << power))
    directory = struct.pack(">IHHHH", 0x00010000, len(blank), *search) + b"".join(
        struct.pack(">4sIII", tag, checksum(data), start, len(data))
        for (tag, data), start in zip(blank.items(), starts, strict=True)
    )
    file = directory + b"".join(map(padded, blank.values()))
    where = struct.unpack_from(">I", directory, 12 + 16 * list(blank).index(b"head") + 8)[0] + 8
    rest = struct.pack(">I", (WHOLE_FILE - checksum(file)) & 0xFFFFFFFF)
    return file[:where] + rest + file[where + 4 :]


if __name__ == "__main__":
    source, target, notice = sys.argv[1:]
    tables = first_face(Path(source).read_bytes())
    Path(target).write_bytes(font_file({**tables, b"NOTE": notice.encode()}))
