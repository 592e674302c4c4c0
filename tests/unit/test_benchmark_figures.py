"""Percentiles and gigabyte-seconds of the benchmarks."""

import pytest

from benchmarks.figures import gigabyte_seconds, percentile


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.991, 100), (1, 100)]
)
def test_percentile_of_a_hundred(share: float, expected: int) -> None:
    """The percentile is one of the values, in any order, and never below the share."""
    assert percentile([*range(100, 0, -1)], share) == expected


def test_percentile_of_few() -> None:
    """A share above all ranks gives the highest value."""
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.3, 0.5, 0.99)] == [1, 2, 3]


def test_gigabyte_seconds_of_many_requests() -> None:
    """A thousand requests of a millisecond each at 1024 MB are one GB-second."""
    assert gigabyte_seconds([1.0] * 1000, 1024) == pytest.approx(1)


def test_each_duration_is_rounded_up() -> None:
    """Durations, not their sum, are rounded: to 2 and 17 ms here, at 512 MB."""
    assert gigabyte_seconds([1.001, 16.27], 512) == pytest.approx(0.0095)
