"""The sky at any hour: its colour by direction, and the light that reaches the ground."""

from dataclasses import dataclass
from functools import cached_property
from math import cos, hypot, radians, sin

import numpy as np

from tools.sample_pictures.noise import Field, colour, fractal, mix, ramp

# Sun elevation, then in linear light: zenith, middle, horizon away from the sun, horizon towards
# it, direct light, light of the whole sky, shaded cloud, lit cloud.
HOURS = np.array(
    [
        [-30, 0.004, 0.008, 0.019, 0.007, 0.014, 0.031, 0.020, 0.034, 0.056, 0.028, 0.040, 0.060,
         0.13, 0.17, 0.26, 0.010, 0.016, 0.030, 0.010, 0.014, 0.026, 0.028, 0.036, 0.058],
        [-9, 0.020, 0.040, 0.130, 0.060, 0.090, 0.230, 0.180, 0.180, 0.320, 0.620, 0.260, 0.180,
         0.01, 0.01, 0.02, 0.040, 0.055, 0.120, 0.060, 0.060, 0.120, 0.300, 0.160, 0.180],
        [-2, 0.050, 0.110, 0.320, 0.180, 0.230, 0.500, 0.520, 0.380, 0.520, 1.300, 0.480, 0.190,
         0.60, 0.20, 0.08, 0.110, 0.140, 0.290, 0.220, 0.200, 0.320, 1.100, 0.420, 0.300],
        [6, 0.080, 0.190, 0.480, 0.300, 0.430, 0.720, 0.680, 0.580, 0.680, 1.260, 0.700, 0.380,
         5.20, 2.50, 1.00, 0.220, 0.320, 0.600, 0.380, 0.380, 0.520, 1.400, 0.820, 0.560],
        [15, 0.100, 0.240, 0.560, 0.360, 0.560, 0.860, 0.700, 0.660, 0.740, 1.150, 0.780, 0.520,
         6.20, 3.70, 2.00, 0.270, 0.400, 0.700, 0.440, 0.460, 0.600, 1.350, 0.980, 0.780],
        [50, 0.080, 0.240, 0.600, 0.260, 0.520, 0.950, 0.700, 0.840, 1.020, 0.780, 0.880, 1.000,
         6.60, 6.00, 5.10, 0.360, 0.500, 0.780, 0.620, 0.680, 0.800, 1.400, 1.380, 1.350],
    ],
    np.float32,
)  # fmt: skip

DUSK = -5
"""Elevation of the sun below which moon and stars give the light."""


@dataclass(frozen=True, kw_only=True)
class Sky:
    """A sky with the sun at `azimuth` (degrees: 0 ahead, -90 left) and `elevation`."""

    seed: int
    azimuth: float
    elevation: float
    clouds: float = 0.5
    """Cover from 0 to 1."""
    haze: float = 17000
    """Distance in metres at which two thirds of the colour are haze."""
    mist: float = 0.4
    """Opacity of the mist over the water at the far shore."""
    moon: tuple[float, float] = (-60, 35)
    """Azimuth and elevation of the moon, which gives light at night."""

    @cached_property
    def palette(self) -> tuple[Field, ...]:
        """The hour's eight colours, in the order of `HOURS`."""
        columns = range(1, HOURS.shape[1])
        row = [np.interp(self.elevation, HOURS[:, 0], HOURS[:, column]) for column in columns]
        return tuple(np.array(row, np.float32).reshape(8, 3))

    @cached_property
    def light(self) -> tuple[float, float, float]:
        """Unit vector towards the light: right, up, ahead."""
        place = self.moon if self.elevation < DUSK else (self.azimuth, self.elevation)
        turn, rise = map(radians, place)
        return sin(turn) * cos(rise), sin(rise), cos(turn) * cos(rise)

    @property
    def sunlight(self) -> Field:
        """Direct light of the sun, or of the moon."""
        return self.palette[4]

    @property
    def ambient(self) -> Field:
        """Diffuse light of the sky."""
        return self.palette[5]

    def towards_sun(self, x: Field, z: Field) -> Field:
        """Return 0 for directions away from the sun to 1 for those towards it."""
        right, _, ahead = self.light
        flat = hypot(right, ahead) * np.sqrt(x * x + z * z)
        share: Field = 0.5 + 0.5 * (x * right + z * ahead) / flat
        return share

    def seen(self, x: Field, y: Field, z: Field) -> Field:
        """Return the colour of the sky in these directions."""
        length = np.sqrt(x * x + y * y + z * z)
        x, y, z = x / length, y / length, z / length
        zenith, middle, away, sunward = self.palette[:4]
        air = mix(away, sunward, self.towards_sun(x, z))
        air = mix(mix(air, middle, ramp(0, 0.2, y)), zenith, ramp(0.1, 0.75, y))
        if self.elevation < DUSK:
            dark = min((DUSK - self.elevation) / 12, 1)
            air = air + dark * self.night(x, y, z)
        else:
            near = np.clip(x * self.light[0] + y * self.light[1] + z * self.light[2], 0, 1)
            air = air + 0.25 * (near**8)[..., None] * sunward
            air = air + (0.06 * near**60 + 4 * near**4000)[..., None] * self.sunlight
        return self.clouded(air, x, y, z)

    def clouded(self, air: Field, x: Field, y: Field, z: Field) -> Field:
        """Return the air with a flat layer of clouds over it, lit from the sun's side."""
        reach = 0.8 / np.maximum(y + 0.06, 0.03)
        u, v = x * reach, 2.1 * z * reach
        curl = [0.35 * fractal(self.seed, 1.6 * u + at, 0.8 * v + at, 3) for at in (0, 9)]
        u, v = u + curl[0] + 40, v + curl[1] + 11
        here = fractal(self.seed, u, v, 8, 0.57)
        sunward = fractal(self.seed, u + 0.12 * self.light[0], v + 0.12 * self.light[2], 8, 0.57)
        start = 0.7 - 2 * self.clouds
        cover = 0.85 * ramp(start, start + 0.8, here) * ramp(0.015, 0.16, y)
        lit = np.clip(0.62 + 1.6 * (here - sunward), 0, 1.3)
        return mix(air, mix(self.palette[6], self.palette[7], lit), cover)

    def night(self, x: Field, y: Field, z: Field) -> Field:
        """Return the stars and the Milky Way: a band of uneven glow with dust in its middle."""
        across, around = 0.876 * x - 0.433 * y + 0.206 * z, 1.6 * y + 0.9 * x
        rough = fractal(self.seed + 1, 6 * across + 3, 3 * around, 7, 0.6)
        dust = ramp(-0.05, 0.6, fractal(self.seed + 2, 11 * across, 4.2 * around + 8, 7, 0.6))
        offset = across + 0.05 * rough
        band = np.exp(-(offset**2) / 0.030) * np.clip(0.75 + 0.7 * rough, 0, None)
        core = np.exp(-(offset**2) / 0.005) * np.clip(0.8 + 0.9 * rough, 0, None)
        glow = band[..., None] * colour(0.018, 0.021, 0.040)
        glow = glow + core[..., None] * colour(0.048, 0.041, 0.044)
        glow = glow * (1 - 0.8 * dust * np.exp(-(offset**2) / 0.010))[..., None]
        faint = self._stars(x / z, y / z, 0.007, 0.00042) * (0.35 + 1.3 * band)[..., None]
        bright = 9 * self._stars(x / z + 3, y / z + 5, 0.026, 0.0006) ** 1.8
        sky: Field = glow + faint + bright
        return sky

    def _stars(self, x: Field, y: Field, cell: float, radius: float) -> Field:
        """Return one star for each cell of the picture plane, most of them too faint to see."""
        random = np.random.default_rng(self.seed).random((4, 512, 512), dtype=np.float32)
        i, j = np.floor(x / cell).astype(int), np.floor(y / cell).astype(int)
        right, up, bright, warm = random[:, i % 512, j % 512]
        dx = x / cell - i - 0.15 - 0.7 * right
        dy = y / cell - j - 0.15 - 0.7 * up
        spot: Field = bright**7 * np.exp(-(dx**2 + dy**2) * (cell / radius) ** 2)
        return mix(colour(0.62, 0.75, 1.0), colour(1.0, 0.80, 0.60), warm) * spot[..., None]

    def through_air(self, seen: Field, distance: Field, x: Field, height: Field) -> Field:
        """Return the colour seen through the air: haze by distance, and mist over the water."""
        high = np.clip(height, 0, None)
        clear = np.exp(-((distance / self.haze) ** 1.3) * np.exp(-high / 1400))
        clear = clear * (1 - self.mist * ramp(900, 3500, distance) * np.exp(-high / 55))
        air = mix(self.palette[2], self.palette[3], self.towards_sun(x, np.ones_like(x)))
        return mix(0.55 * air + 0.4 * self.palette[1], seen, clear)
