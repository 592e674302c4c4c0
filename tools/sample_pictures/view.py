"""A camera: marches rays over the land, shades the ground and reflects it in the water."""

from dataclasses import dataclass

import numpy as np

from tools.sample_pictures.land import Land
from tools.sample_pictures.noise import Field, colour, fractal, mix, ramp
from tools.sample_pictures.sky import Sky

NEAREST, FARTHEST = 6.0, 15000.0
STRIP = 256
"""Columns that are rendered at a time, which bounds the memory."""
DETAIL, COARSE = 12, 6
"""Octaves of visible ground, and of ground for shadows."""
SHADOW_LENGTH = 5000


@dataclass(frozen=True, kw_only=True)
class View:
    """A camera along z; `horizon` is a fraction of the picture's height from the top."""

    land: Land
    sky: Sky
    eye: float = 6
    """Metres above the water or, without water, above the ground."""
    angle: float = 58
    """Horizontal angle of view in degrees."""
    horizon: float = 0.57

    def drawn(self, width: int, height: int) -> Field:
        """Return the view in linear light, height × width × 3."""
        focus = width / 2 / np.tan(np.radians(self.angle) / 2)
        across = ((np.arange(width) - width / 2 + 0.5) / focus).astype(np.float32)
        down = ((self.horizon * height - np.arange(height) - 0.5) / focus).astype(np.float32)
        strips = np.array_split(across, max(width // STRIP, 1))
        parts = [self._column_strip(strip, down, focus) for strip in strips]
        return np.concatenate(parts, axis=1)

    def _column_strip(self, across: Field, down: Field, focus: float) -> Field:
        eye = self.eye
        if not self.land.water:
            eye += float(self.land.height(np.zeros(1), np.zeros(1), DETAIL)[0])
        seen, distance = self._looked(across, down, eye)
        if self.land.water:
            below = down < 0
            plane = np.broadcast_to((eye / -down[below])[:, None], distance[below].shape)
            water = self._water(across, down[below], plane, focus)
            seen[below] = np.where((distance[below] > plane)[..., None], water, seen[below])
        return seen

    def _looked(self, across: Field, down: Field, eye: float) -> tuple[Field, Field]:
        """Return the colours of land and sky without water, and the distance of each pixel."""
        distance = self._followed(across, down, eye)
        x = np.broadcast_to(across, distance.shape)
        seen = self.sky.seen(x, np.broadcast_to(down[:, None], x.shape), np.ones_like(x))
        hit = np.isfinite(distance)
        seen[hit] = self._lit(x[hit], distance[hit])
        return seen, distance

    def _followed(self, across: Field, down: Field, eye: float) -> Field:
        """Return the distance ahead at which each pixel's ray hits the ground, or infinity.

        Per column, the running maximum of the slope to the ground is the visible horizon; it is
        monotonic, so that the hit of each row is found by bisection.
        """
        steps = max(4000, 2 * len(down))
        ahead = NEAREST * (FARTHEST / NEAREST) ** np.linspace(0, 1, steps, dtype=np.float32)
        x = across[None, :] * ahead[:, None]
        ground = self.land.height(x, np.broadcast_to(ahead[:, None], x.shape), 8)
        lines = (ground - eye) / ahead[:, None]
        steepest = np.maximum.accumulate(lines, axis=0)
        distance = np.full((len(down), len(across)), np.inf, np.float32)
        for column in range(len(across)):
            step = np.searchsorted(steepest[:, column], down)
            after = np.clip(step, 1, steps - 1)
            low, high = lines[after - 1, column], steepest[after, column]
            share = np.clip((down - low) / np.maximum(high - low, 1e-9), 0, 1)
            met = ahead[after - 1] + share * (ahead[after] - ahead[after - 1])
            distance[:, column] = np.where(step < steps, met, np.inf)
        return distance

    def _lit(self, across: Field, ahead: Field) -> Field:
        """Return the shaded colour of the ground as seen through the air."""
        x, z = across * ahead, ahead
        distance = ahead * np.sqrt(1 + across * across)
        reach = np.maximum(0.0012 * distance, 0.05)
        height = self.land.height(x, z, DETAIL)
        slope_x = (self.land.height(x + reach, z, DETAIL) - height) / reach
        slope_z = (self.land.height(x, z + reach, DETAIL) - height) / reach
        steepness = 1 - 1 / np.sqrt(1 + slope_x**2 + slope_z**2)
        cover = self.land.cover(x, z, height, steepness)
        clear = ramp(self.land.sharp, self.land.sharp / 8, distance)
        grain = self.land.grain(x, z, height)
        slope_x = slope_x + clear * (self.land.grain(x + reach, z, height) - grain) / reach
        slope_z = slope_z + clear * (self.land.grain(x, z + reach, height) - grain) / reach
        light = self._light(x, z, height, slope_x, slope_z)
        return self.sky.through_air(cover * light, distance, across, height)

    def _light(self, x: Field, z: Field, height: Field, slope_x: Field, slope_z: Field) -> Field:
        """Return the sum of direct light, diffuse light and light reflected from the ground."""
        sun = self.sky.light
        upright = 1 / np.sqrt(1 + slope_x**2 + slope_z**2)
        sideways = -(slope_x * sun[0] + slope_z * sun[2]) * upright
        direct = np.clip(sideways + sun[1] * upright, 0, 1) * self._sunny(x, z, height)
        direct = direct + 0.035 * np.clip(-sideways, 0, 1)
        above: Field = 0.55 + 0.45 * upright
        return direct[..., None] * self.sky.sunlight + above[..., None] * self.sky.ambient

    def _sunny(self, x: Field, z: Field, height: Field) -> Field:
        """Return 1 in sunlight and 0 in the shadow of the land."""
        sun = self.sky.light
        sunny = np.ones_like(height)
        along = 30.0
        while along < SHADOW_LENGTH:
            ground = self.land.height(x + sun[0] * along, z + sun[2] * along, COARSE)
            gap = (height + 2 + sun[1] * along - ground) / along
            sunny = np.minimum(sunny, ramp(-0.035, 0.02, gap))
            along *= 1.12
        return sunny

    def _water(self, across: Field, down: Field, ahead: Field, focus: float) -> Field:
        """Return the water: the reflection with ripples, over a bed of stones."""
        mirrored, _ = self._looked(across, -down, -self.eye)
        x = across[None, :] * ahead
        seed = self.sky.seed
        ripples = 0.5 * fractal(seed, x / 3, ahead / 1.1, 4) + fractal(seed, x / 22, ahead / 9, 3)
        wind = ramp(-0.25, 0.35, fractal(seed, x / 260 + 7, ahead / 120, 4))
        strength = 0.0022 + 0.0075 * wind
        rows = np.abs(np.arange(len(down))[:, None] + ripples * strength * focus)
        rows = np.clip(rows, 0, len(down) - 1.001)
        upper, columns = rows.astype(int), np.arange(len(across))
        image = mix(mirrored[upper, columns], mirrored[upper + 1, columns], rows - upper)
        facing = (-down / np.sqrt(1 + down**2))[:, None] + 4 * ripples * strength
        mirror = 0.03 + 0.97 * (1 - np.clip(facing, 0, 1)) ** 5
        water = mix(self._bed(x, ahead), 0.93 * image, mirror)
        far = 0.6 * ahead * np.sqrt(1 + across**2)
        return self.sky.through_air(water, far, np.broadcast_to(across, x.shape), 20 + 0 * x)

    def _bed(self, x: Field, ahead: Field) -> Field:
        """Return the stones of the bed; water absorbs red most."""
        seed = self.sky.seed
        stones = ramp(-0.5, 0.6, fractal(seed, x / 0.55, ahead / 0.8, 5, 0.6))
        uneven = 1 + 0.5 * fractal(seed, x / 14, ahead / 14, 2)
        depth = 0.75 + 0.1 * np.clip(ahead - 9, 0, None) * uneven
        light = (self.sky.sunlight + 2 * self.sky.ambient) / 7
        bed = colour(0.42, 0.43, 0.28) * (0.25 + 1.1 * stones)[..., None]
        clear = np.exp(-depth[..., None] * colour(1.3, 0.75, 0.8))
        deep = colour(0.010, 0.050, 0.060)
        return (deep + (bed - deep) * clear) * light
