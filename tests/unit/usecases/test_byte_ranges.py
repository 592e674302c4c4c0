"""Range headers: parsed, and resolved against the size of an object."""

import pytest

from darkroom.ports.objects import RangeSpec
from darkroom.usecases.byte_ranges import ByteRange, parse_range, resolve, resolve_strict


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=0-99", (0, 99)),
        ("bytes=50-", (50, None)),
        ("bytes=-50", (None, 50)),
        (" bytes=1-2 ", (1, 2)),
    ],
)
def test_a_single_range_is_parsed(header: str, span: RangeSpec) -> None:
    """A range has a first byte, a last byte, or both."""
    assert parse_range(header) == span


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=0-1,3-4",
        "bytes=a-b",
        "bytes=1 - 2",
        "bytes=٣-٤",
        "bytes=0x1-2",
        "Bytes=0-1",
        "lines=0-1",
        "0-1",
        "bytes=0-1111111111111111111111",
    ],
)
def test_an_invalid_or_multiple_range_is_ignored(header: str) -> None:
    """`parse_range` returns None for several ranges and for illegal ones."""
    assert parse_range(header) is None


@pytest.mark.parametrize(
    ("header", "strict", "clipped"),
    [
        ("bytes=0-99", (0, 99), (0, 99)),
        ("bytes=0-0", (0, 0), (0, 0)),
        ("bytes=99-99", (99, 99), (99, 99)),
        ("bytes=40-", (40, 99), (40, 99)),
        ("bytes=-1", (99, 99), (99, 99)),
        ("bytes=-100", (0, 99), (0, 99)),
        ("bytes=50-100", None, (50, 99)),
        ("bytes=0-100", None, (0, 99)),
        ("bytes=-101", None, (0, 99)),
        ("bytes=100-", None, None),
        ("bytes=100-200", None, None),
        ("bytes=-0", None, None),
    ],
)
def test_a_range_in_an_object_of_100_bytes(
    header: str, strict: tuple[int, int] | None, clipped: tuple[int, int] | None
) -> None:
    """`resolve_strict` rejects a range beyond the end, as OSS does; `resolve` clips it."""
    span = parse_range(header)
    assert span is not None
    assert resolve_strict(span, 100) == _byte_range(strict)
    assert resolve(span, 100) == _byte_range(clipped)


@pytest.mark.parametrize("header", ["bytes=0-0", "bytes=0-", "bytes=-1"])
def test_no_range_resolves_in_an_empty_object(header: str) -> None:
    """Both functions return None for a size of 0."""
    span = parse_range(header)
    assert span is not None
    assert resolve_strict(span, 0) is None
    assert resolve(span, 0) is None


def test_a_byte_range_includes_both_ends() -> None:
    """Bytes 10 to 19 are ten bytes."""
    assert ByteRange(first=10, last=19).size == 10


def _byte_range(ends: tuple[int, int] | None) -> ByteRange | None:
    return None if ends is None else ByteRange(first=ends[0], last=ends[1])
