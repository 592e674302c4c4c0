"""Two landscapes: the height of the ground, and its colour."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tools.sample_pictures.noise import Field, colour, eroded, fractal, mix, noise, ramp

MIN_TREE_OCTAVES = 8
"""Octaves from which trees add to the height; shadows use fewer octaves."""


class Land(Protocol):
    """A landscape; x points right, z ahead, heights are in metres above the water."""

    @property
    def water(self) -> bool:
        """Whether a lake covers ground below height 0."""

    @property
    def sharp(self) -> float:
        """Distance in metres up to which the grain of the ground is visible."""

    def height(self, x: Field, z: Field, octaves: int) -> Field:
        """Return the height of the ground, with noise of so many octaves."""

    def cover(self, x: Field, z: Field, height: Field, steepness: Field) -> Field:
        """Return the colour of the ground; steepness is 0 for horizontal and 1 for vertical."""

    def grain(self, x: Field, z: Field, height: Field) -> Field:
        """Return the fine relief in metres, which only affects shading."""


def along_slope(x: Field, z: Field, height: Field) -> tuple[Field, Field]:
    """Return coordinates of a pattern that does not stretch on steep ground."""
    return x + 0.6 * height, z + 0.8 * height


@dataclass(frozen=True, kw_only=True)
class Alps:
    """A lake with a shore of conifers, in front of snowy mountains."""

    seed: int
    relief: float = 950
    """Approximate metres between valleys and peaks."""
    snow_line: float = 530
    tree_line: float = 270
    water: bool = True
    sharp: float = 6000

    def height(self, x: Field, z: Field, octaves: int) -> Field:
        """Return mountains around an elliptical lake with an uneven shore."""
        uneven = ramp(300, 1100, z) * fractal(self.seed, x / 700, z / 700, 3)
        shore = np.sqrt((x / 1000) ** 2 + ((z - 1250) / 1700) ** 2) + 0.22 * uneven - 1
        mountain = 560 + self.relief * eroded(self.seed, x / 1900 + 3.1, z / 1900 + 1.7, octaves)
        hills = 60 + 110 * eroded(self.seed, x / 420, z / 420, max(octaves - 2, 3))
        high = 40 * ramp(-0.25, 0.45, shore) - 10
        high = high + ramp(0, 2.2, shore) * mountain + ramp(0.02, 0.5, shore) * hills
        high = np.where(shore < 0, np.minimum(high, 30 * shore - 1), high)
        if octaves >= MIN_TREE_OCTAVES:
            crowns = np.clip(noise(self.seed, x / 6.5, z / 6.5)[0] + 0.25, 0, 1)
            twigs = noise(self.seed, x / 2.1, z / 2.1)[0]
            high = high + self.woods(x, z, high) * (5 + 12 * crowns + 1.6 * twigs)
        return high

    def woods(self, x: Field, z: Field, height: Field) -> Field:
        """Return the density of trees: patches up to an uneven tree line, none on the beach."""
        patches = fractal(self.seed, x / 240 + 5, z / 240 + 9, 4)
        wide = 0.5 * fractal(self.seed, x / 900, z / 900 + 3, 2)
        line = self.tree_line + 60, self.tree_line - 60
        return (
            ramp(*line, height + 200 * patches)
            * ramp(3, 7, height)
            * ramp(-0.55, -0.33, patches + wide)
        )

    def cover(self, x: Field, z: Field, height: Field, steepness: Field) -> Field:
        """Return layered rock covered with scree, grass, trees, snow and beach."""
        big = fractal(self.seed, x / 260, z / 260, 5)
        u, v = along_slope(x, z, height)
        fine = fractal(self.seed, u / 14, v / 14, 6, 0.6)
        layers = fractal(self.seed, height / 22 + 1.5 * big, x / 900 + 3.3, 4)
        rock = colour(0.30, 0.265, 0.235) * (0.75 + 0.35 * layers + 0.35 * fine)[..., None]
        scree = colour(0.36, 0.33, 0.29) * (0.85 + 0.3 * fine)[..., None]
        ground = mix(rock, scree, ramp(0.30, 0.16, steepness + 0.05 * fine))
        grass = mix(colour(0.17, 0.17, 0.05), colour(0.25, 0.20, 0.07), ramp(-0.5, 0.5, big))
        grows = ramp(0.42, 0.25, steepness + 0.12 * fine) * self._below(345, height + 170 * big)
        ground = mix(ground, grass * (0.8 + 0.4 * fine)[..., None], grows)
        crowns = 0.8 + 0.8 * fractal(self.seed, u / 9, v / 9, 4, 0.6)
        trees = colour(0.034, 0.050, 0.022) * crowns[..., None]
        ground = mix(ground, trees, self.woods(x, z, height - 6))
        lies = ramp(0.48, 0.28, steepness + 0.1 * fine - 0.05 * big)
        lies = lies * (1 - self._below(self.snow_line, height + 190 * big + 60 * fine))
        ground = mix(ground, colour(0.86, 0.88, 0.93) * (0.95 + 0.06 * fine)[..., None], lies)
        beach = colour(0.28, 0.25, 0.21) * (0.8 + 0.5 * fine)[..., None]
        return mix(ground, beach, ramp(5, 1.5, height + 1.5 * fine))

    def grain(self, x: Field, z: Field, height: Field) -> Field:
        """Return the roughness of rock."""
        u, v = along_slope(x, z, height)
        return 0.9 * fractal(self.seed, u / 9, v / 9, 6, 0.55)

    def _below(self, line: float, height: Field) -> Field:
        return ramp(line + 110, line - 85, height)


@dataclass(frozen=True, kw_only=True)
class Dunes:
    """Sand dunes in long ridges, gentle to windward and steep to leeward."""

    seed: int
    water: bool = False
    sharp: float = 900

    def height(self, x: Field, z: Field, octaves: int) -> Field:
        """Return crests that meander and split."""
        wander = fractal(self.seed, x / 700, z / 700, 4)
        big = self._crests(x / 520 + 0.9 * wander, z / 300 + 0.6 * wander)
        small = self._crests(z / 90 + 0.9 * wander + 7, x / 150 - 0.6 * wander)
        rolling = fractal(self.seed, x / 2500 + 2, z / 2500, min(octaves, 4))
        return 46 * big + 5 * small * (1 - 0.7 * big) + 70 * rolling

    def _crests(self, x: Field, z: Field) -> Field:
        """Return ridged noise: its zeros become slightly rounded crests."""
        fold = 1 - np.sqrt((1.6 * noise(self.seed, x, z)[0]) ** 2 + 0.0008)
        crest: Field = np.clip(fold, 0, 1) ** 1.4
        return crest

    def cover(self, x: Field, z: Field, height: Field, steepness: Field) -> Field:
        """Return the colour of sand: paler on crests, redder on steep slopes."""
        patches = fractal(self.seed, x / 180, z / 180, 5)
        sand = mix(colour(0.56, 0.33, 0.16), colour(0.66, 0.43, 0.24), ramp(-40, 60, height))
        sand = mix(sand, colour(0.50, 0.26, 0.12), ramp(0.08, 0.22, steepness))
        return sand * (1 + 0.06 * patches)[..., None]

    def grain(self, x: Field, z: Field, height: Field) -> Field:  # noqa: ARG002 (drawn from above)
        """Return wind ripples."""
        bend = 2.2 * fractal(self.seed, x / 23, z / 23, 3)
        return 0.045 * np.sin((0.55 * x + 0.9 * z) * 4.2 + 3 * bend)
