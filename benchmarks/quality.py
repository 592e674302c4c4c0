"""SSIM of luma between a result and exact area averaging (spec 02 §1.4)."""

import io

import numpy as np
from PIL import Image

type Plane = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_SIGMA, _RADIUS = 1.5, 5


def scaling_ssim(source: bytes, result: bytes) -> float:
    """Return the SSIM of a result and the source averaged to its size; 1 means equal."""
    picture = Image.open(io.BytesIO(result))
    exact = area_average(_luma(Image.open(io.BytesIO(source))), picture.size)
    return ssim(exact, _luma(picture))


def encoding_ssim(lossless: bytes, result: bytes) -> float:
    """Return the SSIM of a result and the same picture without loss."""
    return ssim(_luma(Image.open(io.BytesIO(lossless))), _luma(Image.open(io.BytesIO(result))))


def _luma(image: Image.Image) -> Plane:
    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("L"), float)


def area_average(plane: Plane, size: tuple[int, int]) -> Plane:
    """Return the plane scaled by area averaging: source pixels weighted by their covered share."""
    return _averaged(_averaged(plane, size[1]).T, size[0]).T


def _averaged(rows: Plane, count: int) -> Plane:
    """Average rows to `count` rows, as differences of the interpolated cumulative sum."""
    sums = np.vstack([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    edges = np.linspace(0, len(rows), count + 1)
    below = np.minimum(edges.astype(int), len(rows) - 1)
    share = (edges - below)[:, None]
    at_edges = sums[below] * (1 - share) + sums[below + 1] * share
    averaged: Plane = np.diff(at_edges, axis=0) * count / len(rows)
    return averaged


def ssim(one: Plane, other: Plane) -> float:
    """Return the mean structural similarity with a Gaussian window of 11 × 11 pixels."""
    mean_one, mean_other = _blurred(one), _blurred(other)
    var_one = _blurred(one * one) - mean_one**2
    var_other = _blurred(other * other) - mean_other**2
    covariance = _blurred(one * other) - mean_one * mean_other
    numerator = (2 * mean_one * mean_other + _C1) * (2 * covariance + _C2)
    denominator = (mean_one**2 + mean_other**2 + _C1) * (var_one + var_other + _C2)
    return float(np.mean(numerator / denominator))


def _blurred(plane: Plane) -> Plane:
    taps = np.exp(-(np.arange(-_RADIUS, _RADIUS + 1) ** 2) / (2 * _SIGMA**2))
    taps /= taps.sum()
    for axis in (0, 1):
        plane = np.apply_along_axis(np.convolve, axis, plane, taps, mode="valid")
    return plane
