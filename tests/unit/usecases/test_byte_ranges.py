"""Which bytes a range means."""

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
def test_a_single_range_is_read(header: str, span: RangeSpec) -> None:
    """First, last, or both."""
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
def test_everything_else_means_the_whole_object(header: str) -> None:
    """Several ranges are not supported, and an illegal one is not an error."""
    assert parse_range(header) is None


@pytest.mark.parametrize(
    ("header", "part", "clipped"),
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
    header: str, part: tuple[int, int] | None, clipped: tuple[int, int] | None
) -> None:
    """OSS takes a range that goes beyond the end for illegal; HTTP cuts it at the end."""
    span = parse_range(header)
    assert span is not None
    assert resolve_strict(span, 100) == _part(part)
    assert resolve(span, 100) == _part(clipped)


@pytest.mark.parametrize("header", ["bytes=0-0", "bytes=0-", "bytes=-1"])
def test_an_empty_object_has_no_parts(header: str) -> None:
    """There is no first byte."""
    span = parse_range(header)
    assert span is not None
    assert resolve_strict(span, 0) is None
    assert resolve(span, 0) is None


def test_a_part_counts_both_of_its_ends() -> None:
    """From 10 to 19 there are ten bytes."""
    assert ByteRange(first=10, last=19).size == 10


def _part(ends: tuple[int, int] | None) -> ByteRange | None:
    return None if ends is None else ByteRange(first=ends[0], last=ends[1])
