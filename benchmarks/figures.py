"""Arithmetic of measurements: percentiles, and what AWS Lambda bills."""

import math
from collections.abc import Iterable, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of all does not exceed (nearest rank)."""
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


def gigabyte_seconds(milliseconds: Iterable[float], megabytes: int) -> float:
    """Add up what durations are billed as: each a whole number of milliseconds, rounded up."""
    return sum(map(math.ceil, milliseconds)) / 1000 * megabytes / 1024
