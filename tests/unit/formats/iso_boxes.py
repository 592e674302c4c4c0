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
