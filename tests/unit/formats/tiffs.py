"""TIFF files written field by field, classic and BigTIFF, in both byte orders."""

import struct
from collections.abc import Mapping, Sequence

type Size = tuple[int, int]
type Value = int | Sequence[int] | bytes
"""Numbers, or the bytes of a field of type UNDEFINED."""

WHITE_IS_ZERO, GREY, RGB, PALETTE, CMYK = 0, 1, 2, 3, 5
"""Photometric interpretations."""

UNSIGNED, SIGNED, FLOAT = 1, 2, 3
"""Sample formats."""


def tiff(
    size: Size,
    parts: Sequence[bytes],
    *,
    bits: Sequence[int] = (8,),
    photometric: int = GREY,
    order: str = "<",
    big: bool = False,
    fields: Mapping[int, Value] | None = None,
) -> bytes:
    """Write a picture of uncompressed strips, or of tiles where `fields` has a tile's size."""
    every: dict[int, Value] = {
        256: size[0],
        257: size[1],
        258: bits,
        259: 1,
        262: photometric,
        277: len(bits),
        278: size[1],
        **(fields or {}),
    }
    head = 16 if big else 8
    pixels = b"".join(parts)
    if parts:
        places = [head + sum(map(len, parts[:number])) for number in range(len(parts))]
        offsets, lengths = (324, 325) if 322 in every else (273, 279)
        every = {offsets: places, lengths: [len(part) for part in parts], **every}
    pixels += b"\0" * (len(pixels) & 1)
    mark = b"II" if order == "<" else b"MM"
    place = head + len(pixels)
    if big:
        start = mark + struct.pack(order + "HHHQ", 43, 8, 0, place)
    else:
        start = mark + struct.pack(order + "HL", 42, place)
    return start + pixels + _directory(every, place, order=order, big=big)


def strips(size: Size, samples: Sequence[int | float], code: str, order: str = "<") -> list[bytes]:
    """Pack samples as one strip; `code` is that of `struct`."""
    assert len(samples) % (size[0] * size[1]) == 0
    return [struct.pack(f"{order}{len(samples)}{code}", *samples)]


def _directory(fields: Mapping[int, Value], place: int, *, order: str, big: bool) -> bytes:
    number, offset, inline = ("Q", "Q", 8) if big else ("H", "L", 4)
    entries, values = b"", b""
    after = place + struct.calcsize("<" + number + offset) + (20 if big else 12) * len(fields)
    for tag, value in sorted(fields.items()):
        kind, count, packed = _packed(value, order)
        if len(packed) > inline:
            values += b"\0" * (len(values) & 1)
            at = after + len(values)
            values, packed = values + packed, struct.pack(order + offset, at)
        entries += struct.pack(order + "HH" + offset, tag, kind, count) + packed.ljust(
            inline, b"\0"
        )
    return struct.pack(order + number, len(fields)) + entries + bytes(inline) + values


def _packed(value: Value, order: str) -> tuple[int, int, bytes]:
    if isinstance(value, bytes):
        return 7, len(value), value
    numbers = [value] if isinstance(value, int) else list(value)
    kind, code = (4, "L") if max(numbers) > 0xFFFF else (3, "H")
    return kind, len(numbers), struct.pack(f"{order}{len(numbers)}{code}", *numbers)
