"""`sharpen`: each pixel moved away from its four neighbours (spec 02 §11)."""

import numpy as np
import pytest

from tests.unit.operations.applied import applied, noise, samples


@pytest.mark.parametrize("amount", [50, 100, 399])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(23, 14), (1, 1), (1, 7), (2, 2), (2, 5), (3, 1)], ids=str)
def test_a_pixel_moves_by_what_its_neighbours_differ(
    mode: str, size: tuple[int, int], amount: int
) -> None:
    """It is p + v/500 · (4p − N − S − E − W), edges repeated, alpha untouched (C-70)."""
    image = noise(mode, size)
    before = samples(image)
    around = np.pad(before, ((1, 1), (1, 1), (0, 0)), mode="edge")
    neighbours = around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]
    exact = np.clip(before + amount / 500 * (4 * before - neighbours), 0, 255)
    if mode.endswith("A"):
        exact[..., -1] = before[..., -1]
    result = applied(image, f"sharpen,{amount}")
    assert result.mode == mode
    # Half a level is rounding; the rest are the filter's 32-bit weights.
    assert np.abs(samples(result) - exact).max() <= 0.5001
