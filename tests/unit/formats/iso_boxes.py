"""ISO media files written box by box, as no encoder would write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


def box(name: bytes, *content: bytes) -> bytes:
    """Write a box."""
    whole = b"".join(content)
    return (8 + len(whole)).to_bytes(4) + name + whole


def full_box(name: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Write a box with a version and flags."""
    return box(name, bytes((version,)), flags.to_bytes(3), *content)


def size_property(width: int, height: int) -> bytes:
    """Write `ispe`."""
    return full_box(b"ispe", width.to_bytes(4), height.to_bytes(4))


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item as it is to be written; its content is in `idat`."""

    kind: bytes
    content: bytes = b""
    properties: Sequence[bytes] = ()
    made_of: Sequence[int] = field(default=())


def item_file(items: Mapping[int, Item], *, brand: bytes = b"avif", main: int = 1) -> bytes:
    """Write a file of items."""
    kinds = [
        full_box(b"infe", number.to_bytes(2), bytes(2), item.kind, b"\0", version=2)
        for number, item in items.items()
    ]
    idat, places, properties, associations = b"", b"", b"", b""
    index = 0
    for number, item in items.items():
        entry = number.to_bytes(2) + b"\0\1" + bytes(2) + b"\0\1"
        places += entry + len(idat).to_bytes(4) + len(item.content).to_bytes(4)
        idat += item.content
        first, index = index + 1, index + len(item.properties)
        indices = bytes(range(first, index + 1))
        associations += number.to_bytes(2) + bytes((len(indices),)) + indices
        properties += b"".join(item.properties)
    references = b"".join(
        box(
            b"dimg",
            number.to_bytes(2),
            len(item.made_of).to_bytes(2),
            *(part.to_bytes(2) for part in item.made_of),
        )
        for number, item in items.items()
        if item.made_of
    )
    count = len(items)
    meta = full_box(
        b"meta",
        full_box(b"hdlr", bytes(4), b"pict", bytes(13)),
        full_box(b"pitm", main.to_bytes(2)),
        full_box(b"iinf", count.to_bytes(2), *kinds),
        full_box(b"iloc", b"\x44\0", count.to_bytes(2), places, version=1),
        full_box(b"iref", references),
        box(
            b"iprp",
            box(b"ipco", properties),
            full_box(b"ipma", count.to_bytes(4), associations),
        ),
        box(b"idat", idat),
    )
    return box(b"ftyp", brand, bytes(4), b"mif1", brand) + meta


def grid(width: int, height: int, *, rows: int = 1, columns: int = 1) -> bytes:
    """Write the content of a grid."""
    return bytes((0, 1, rows - 1, columns - 1)) + width.to_bytes(4) + height.to_bytes(4)


def overlay(width: int, height: int) -> bytes:
    """Write the content of an overlay of one picture."""
    return b"\0\1" + bytes(8) + width.to_bytes(4) + height.to_bytes(4) + bytes(8)


def bits(*fields: tuple[int, int]) -> bytes:
    """Pack numbers of so many bits."""
    text = "".join(f"{value:0{count}b}" for value, count in fields)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8)


def sequence_header(width: int, height: int) -> bytes:
    """Write an OBU with a reduced sequence header of AV1."""
    content = bits(
        *((0, 3), (1, 1), (1, 1), (8, 5)),
        *((15, 4), (15, 4), (width - 1, 16), (height - 1, 16), (0, 16)),
    )
    return b"\x0a" + bytes((len(content),)) + content


def parameter_set(width: int, height: int) -> bytes:
    """Write a sequence parameter set of HEVC, 4:2:0, without a conformance window."""
    profile = ((0, 4), (0, 3), (1, 1), (0, 96))
    numbers = [golomb(value) for value in (0, 1, width, height)]
    return b"\x42\1" + bits(*profile, *numbers, (0, 1), (1, 1)) + bytes(8)


def golomb(value: int) -> tuple[int, int]:
    """Write a number in Exp-Golomb code, as value and count of its bits."""
    return value + 1, 2 * (value + 1).bit_length() - 1


def configuration(*units: bytes) -> bytes:
    """Write `hvcC` with parameter sets."""
    arrays = b"".join(b"\x21\0\1" + len(unit).to_bytes(2) + unit for unit in units)
    return box(b"hvcC", bytes(21), b"\3", bytes((len(units),)), arrays)


def with_property(data: bytes, written: bytes) -> bytes:
    """Add a property to the main item of an encoder's AVIF, which has one `ipma` entry or two."""
    ipco = data.index(b"ipco")
    ipco_end = ipco - 4 + int.from_bytes(data[ipco - 4 : ipco])
    count = 0
    at = ipco + 4
    while at < ipco_end:
        count += 1
        at += int.from_bytes(data[at : at + 4])
    ipma = data.index(b"ipma")
    number = ipma + 4 + 4 + 4 + 2
    ends = number + 1 + data[number]
    changed = data[:ipco_end] + written + data[ipco_end:number]
    changed += (
        bytes((data[number] + 1,)) + data[number + 1 : ends] + bytes((0x80 | count + 1,))
    )  # essential
    changed += data[ends:]
    grown = len(written) + 1
    for name, by in ((b"meta", grown), (b"iprp", grown), (b"ipco", len(written)), (b"ipma", 1)):
        start = changed.index(name) - 4
        size = int.from_bytes(changed[start : start + 4]) + by
        changed = changed[:start] + size.to_bytes(4) + changed[start + 4 :]
    iloc = changed.index(b"iloc") + 4
    assert changed[iloc : iloc + 5] == b"\0\0\0\0\x44"
    entry = iloc + 8
    for _ in range(int.from_bytes(changed[iloc + 6 : iloc + 8])):
        offset = entry + 6
        moved = int.from_bytes(changed[offset : offset + 4]) + grown
        changed = changed[:offset] + moved.to_bytes(4) + changed[offset + 4 :]
        entry += 14
    return changed


def clap(width: int, height: int, x: int, y: int) -> bytes:
    """Write a clean aperture; x and y are twice the offsets of its centre."""
    numbers = ((width, 1), (height, 1), (x, 2), (y, 2))
    return box(b"clap", *(n.to_bytes(4, signed=True) for pair in numbers for n in pair))


def with_two_association_boxes(data: bytes) -> bytes:
    """Divide the `ipma` of two entries in an encoder's AVIF."""
    start = data.index(b"ipma") - 4
    end = start + int.from_bytes(data[start : start + 4])
    count = int.from_bytes(data[start + 12 : start + 16])
    assert count == 2
    entries, at = [], start + 16
    for _ in range(count):
        following = at + 3 + data[at + 2]
        entries.append(data[at:following])
        at = following
    version = data[start + 8 : start + 12]
    divided = b"".join(box(b"ipma", version, (1).to_bytes(4), entry) for entry in entries)
    grown = len(divided) - (end - start)
    changed = data[:start] + divided + data[end:]
    for name in (b"meta", b"iprp"):
        place = changed.index(name) - 4
        size = int.from_bytes(changed[place : place + 4]) + grown
        changed = changed[:place] + size.to_bytes(4) + changed[place + 4 :]
    iloc = changed.index(b"iloc") + 4
    for number in range(int.from_bytes(changed[iloc + 6 : iloc + 8])):
        offset = iloc + 8 + 14 * number + 6
        moved = int.from_bytes(changed[offset : offset + 4]) + grown
        changed = changed[:offset] + moved.to_bytes(4) + changed[offset + 4 :]
    return changed
