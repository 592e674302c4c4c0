"""What the engine computes, in exact numbers or by brute force."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

type Samples = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
type Reals = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def drawn(size: tuple[int, int], mode: str, seed: int = 1) -> Image.Image:
    """Draw slopes, an edge and noise, and any opacity: no two neighbours are alike for long."""
    width, height = size
    channels = len(Image.new(mode, (1, 1)).getbands())
    random = np.random.default_rng(seed)
    slopes = np.add.outer(np.linspace(0, 140, height), np.linspace(0, 60, width))
    planes = np.stack([np.roll(slopes, 7 * channel, axis=1) for channel in range(channels)], 2)
    planes += random.integers(0, 40, planes.shape)
    planes[height // 2 :, width // 2 :] //= 4
    if mode in ("LA", "RGBA"):
        planes[: height // 3, :, -1] = 0
        planes[height // 2 :, :, -1] = 255
    return Image.frombytes(mode, size, planes.astype(np.uint8).tobytes())


def samples(image: Image.Image) -> Samples:
    """Give rows, columns and channels as whole numbers."""
    return np.asarray(image, np.int64).reshape(image.height, image.width, -1)


def overlaps(count: int, scaled: int, first: int, kept: int) -> Samples:
    """Lay targets over samples: how many of `scaled` parts of each sample each target covers."""
    starts = np.arange(first, first + kept)[:, None] * count
    edges = np.arange(count) * scaled
    shared = np.minimum(starts + count, edges + scaled) - np.maximum(starts, edges)
    covered: Samples = np.maximum(shared, 0)
    return covered


def averaged(
    before: Samples, scaled: tuple[int, int], box: tuple[int, int, int, int] | None = None
) -> tuple[Samples, int]:
    """Sum areas in whole numbers; give the sums and what they are to be divided by."""
    left, top, right, bottom = box or (0, 0, *scaled)
    height, width = before.shape[:2]
    down = overlaps(height, scaled[1], top, bottom - top)
    across = overlaps(width, scaled[0], left, right - left)
    rows = np.einsum("ty,yxc->txc", down, before)
    return np.einsum("sx,txc->tsc", across, rows), width * height


def to_even(sums: Samples, divisor: int) -> Samples:
    """Divide, rounded to the nearest, halves to even."""
    whole, rest = sums // divisor, sums % divisor
    up = (2 * rest > divisor) | ((2 * rest == divisor) & (whole % 2 == 1))
    rounded: Samples = whole + up
    return rounded


def convolved(before: Samples, kernel: Sequence[float]) -> Reals:
    """Convolve by brute force: rows, then columns, edges repeated."""
    radius = len(kernel) // 2
    result = before.astype(float)
    for axis in (0, 1):
        margins = [(radius, radius) if axis == other else (0, 0) for other in range(3)]
        padded = np.pad(result, margins, mode="edge")
        length = before.shape[axis]
        shifted = (np.take(padded, range(i, i + length), axis) for i in range(len(kernel)))
        result = sum((w * part for w, part in zip(kernel, shifted, strict=True)), result * 0)
    return result
