"""What a JPEG's quantisation table tells of the quality it was saved at."""

from bisect import bisect_left
from collections.abc import Sequence

# ISO/IEC 10918-1 Annex K.1, the luminance table that the IJG scale multiplies.
_LUMINANCE = (
    *(16, 11, 10, 16, 24, 40, 51, 61),
    *(12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56),
    *(14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77),
    *(24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101),
    *(72, 92, 95, 98, 112, 100, 103, 99),
)


def _scaled_sum(quality: int) -> int:
    """Sum the luminance table of a quality from 1 to 100, as libjpeg scales it."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return sum(min(255, max(1, (step * scale + 50) // 100)) for step in _LUMINANCE)


_SUMS = [_scaled_sum(quality) for quality in range(100, 0, -1)]
"""Table sums from quality 100 down to 1: strictly rising, so one sum names one quality."""


def estimated_quality(luminance: Sequence[int]) -> int:
    """Give the IJG quality whose luminance table is nearest in sum (spec 02 §13).

    Exact for tables that were made on that scale; the order of the 64 steps is no matter.
    """
    wanted = sum(luminance)
    right = min(bisect_left(_SUMS, wanted), len(_SUMS) - 1)
    left = max(right - 1, 0)
    nearest = left if wanted - _SUMS[left] <= _SUMS[right] - wanted else right
    return 100 - nearest
