"""Percentiles, and the billed GB-seconds of AWS Lambda."""

import math
from collections.abc import Iterable, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile; `share` is 0…1."""
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


def gigabyte_seconds(milliseconds: Iterable[float], megabytes: int) -> float:
    """Return the billed GB-seconds of durations, each rounded up to whole milliseconds."""
    return sum(map(math.ceil, milliseconds)) / 1000 * megabytes / 1024
