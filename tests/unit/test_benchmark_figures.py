"""The figures that benchmarks report are computed as they say."""

import pytest

from benchmarks.figures import gigabyte_seconds, percentile


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.991, 100), (1, 100)]
)
def test_percentile_of_a_hundred(share: float, expected: int) -> None:
    """It is one of the values, in whatever order they come, and never less than was asked for."""
    assert percentile([*range(100, 0, -1)], share) == expected


def test_percentile_of_few() -> None:
    """The highest of few stands for every share above them."""
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.3, 0.5, 0.99)] == [1, 2, 3]


def test_a_second_of_a_gigabyte() -> None:
    """A thousand requests of a millisecond each, at 1024 MB."""
    assert gigabyte_seconds([1.0] * 1000, 1024) == pytest.approx(1)


def test_each_duration_is_rounded_up_by_itself() -> None:
    """Not their sum: 2 and 17 milliseconds here, at 512 MB."""
    assert gigabyte_seconds([1.001, 16.27], 512) == pytest.approx(0.0095)
