"""Byte ranges: which bytes a `Range` header selects (spec 01 §7)."""

import re

from msgspec import Struct

from darkroom.ports.objects import RangeSpec

_SINGLE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


class ByteRange(Struct, frozen=True, kw_only=True):
    """Bytes that an object has, first and last included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


def parse_range(header: str) -> RangeSpec | None:
    """Read a single range; None for several or an invalid one, which select the whole object."""
    found = _SINGLE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is not None and last is not None and first > last:
        return None
    return first, last


def resolve_strict(spec: RangeSpec, size: int) -> ByteRange | None:
    """Return the range in an object of `size` bytes; None unless it has all of them."""
    part = resolve(spec, size)
    first, last = spec
    if first is None:
        return part if last is not None and last <= size else None
    return part if last is None or last < size else None


def resolve(spec: RangeSpec, size: int) -> ByteRange | None:
    """Return the range clipped to an object of `size` bytes, as in HTTP; None if it is empty."""
    first, last = spec
    if first is None:
        first, last = max(size - (last or 0), 0), size - 1
    last = size - 1 if last is None else min(last, size - 1)
    return ByteRange(first=first, last=last) if first <= last else None
