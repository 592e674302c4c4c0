"""Value noise on a plane, summed over octaves, for rock, water and clouds."""

from functools import cache

import numpy as np
import numpy.typing as npt

type Field = npt.NDArray[np.floating]
"""Values per point; colours have a last axis of red, green and blue in linear light."""

PERIOD = 256
"""Lattice points after which the noise repeats."""


@cache
def lattice(seed: int) -> Field:
    """Return random values from -1 to 1 at the lattice points."""
    values = np.random.default_rng(seed).random((PERIOD, PERIOD), dtype=np.float32)
    return values * np.float32(2) - np.float32(1)


def noise(seed: int, x: Field, z: Field) -> tuple[Field, Field, Field]:
    """Return the smoothly interpolated value and its two partial derivatives."""
    left, near = np.floor(x), np.floor(z)
    u, v = (x - left).astype(np.float32), (z - near).astype(np.float32)
    i, j = left.astype(np.int32) % PERIOD, near.astype(np.int32) % PERIOD
    k, m = (i + 1) % PERIOD, (j + 1) % PERIOD
    values = lattice(seed)
    a = values[i, j]
    b, c = values[k, j] - a, values[i, m] - a
    d = values[k, m] - a - b - c
    s, t = (w * w * w * (w * (w * 6 - 15) + 10) for w in (u, v))
    ds, dt = (30 * w * w * (w * (w - 2) + 1) for w in (u, v))
    return a + b * s + (c + d * s) * t, ds * (b + d * t), dt * (c + d * s)


def finer(x: Field, z: Field) -> tuple[Field, Field]:
    """Return the coordinates of the next octave: rotated to hide the lattice, twice as dense."""
    return 1.6 * x - 1.2 * z + 17.3, 1.2 * x + 1.6 * z + 5.1


def fractal(seed: int, x: Field, z: Field, octaves: int, gain: float = 0.5) -> Field:
    """Return the sum of octaves of noise, each `gain` times as strong as the one before."""
    total: Field = np.zeros(np.broadcast(x, z).shape, np.float32)
    weight = 1.0
    for _ in range(octaves):
        total = total + weight * noise(seed, x, z)[0]
        weight *= gain
        x, z = finer(x, z)
    return total


def eroded(seed: int, x: Field, z: Field, octaves: int) -> Field:
    """Return a sum of octaves that weigh less on steep ground: sharp ridges and smooth valleys."""
    flat: Field = np.zeros(np.broadcast(x, z).shape, np.float32)
    total, slope_x, slope_z = flat, flat, flat
    weight = 1.0
    for _ in range(octaves):
        value, dx, dz = noise(seed, x, z)
        slope_x, slope_z = slope_x + dx, slope_z + dz
        total = total + weight * value / (1 + slope_x * slope_x + slope_z * slope_z)
        weight *= 0.5
        x, z = finer(x, z)
    return total


def ramp(start: float, end: float, x: Field) -> Field:
    """Return a smoothstep from 0 at `start` to 1 at `end`; `end` may be below `start`."""
    t: Field = np.clip((x - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def mix(one: Field, other: Field, share: Field) -> Field:
    """Return two colours interpolated by a weight per point."""
    return one + (other - one) * share[..., None]


def colour(red: float, green: float, blue: float) -> Field:
    """Return a colour in linear light."""
    return np.array((red, green, blue), np.float32)
