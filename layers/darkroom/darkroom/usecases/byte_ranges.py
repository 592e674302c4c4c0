"""Parts of objects: which bytes a `Range` header means (spec 01 §7)."""

import re
from dataclasses import dataclass

from darkroom.ports import Span

_SINGLE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes of an object that are there, first and last included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """Count the bytes."""
        return self.last - self.first + 1


def parse_range(header: str) -> Span | None:
    """Read a range; None for several, and for what is none: the whole object is meant then."""
    found = _SINGLE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is not None and last is not None and first > last:
        return None
    return first, last


def part_of(span: Span, size: int) -> Part | None:
    """Find the bytes in an object of that size; None when some of them are not there."""
    part = clipped_part_of(span, size)
    first, last = span
    if first is None:
        return part if last is not None and last <= size else None
    return part if last is None or last < size else None


def clipped_part_of(span: Span, size: int) -> Part | None:
    """Find what is there of the bytes, which is what HTTP means; None when nothing is."""
    first, last = span
    if first is None:
        first, last = max(size - (last or 0), 0), size - 1
    last = size - 1 if last is None else min(last, size - 1)
    return Part(first=first, last=last) if first <= last else None
