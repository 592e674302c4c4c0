"""Linear light → a picture: exposure, film curve, vignette and grain."""

import numpy as np
from PIL import Image

from tools.sample_pictures.noise import Field, ramp


def developed(
    light: Field, size: tuple[int, int], *, exposure: float, grain: float = 0
) -> Image.Image:
    """Return an RGB picture of `size`; `grain` is a standard deviation in levels of 255."""
    levels = (film(light * exposure) * 255 + 0.5).astype(np.uint8)
    reduced = Image.fromarray(levels).resize(size, Image.Resampling.LANCZOS)
    pixels: Field = np.asarray(reduced, np.float32)
    random = np.random.default_rng(1)
    height, width = pixels.shape[:2]
    silver = random.normal(0, grain, (height, width, 1)) + random.normal(0, grain / 3, pixels.shape)
    pixels = pixels * vignette(width, height) + silver
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def film(light: Field) -> Field:
    """Compress highlights as film does, apply a gamma of 2.2 and add some contrast."""
    bright = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    screen = np.clip(bright, 0, 1) ** (1 / 2.2)
    return screen * 0.75 + 0.25 * screen * screen * (3 - 2 * screen)


def vignette(width: int, height: int) -> Field:
    """Return the factor per pixel that darkens the corners slightly, as a lens does."""
    across, down = np.linspace(-1, 1, width), np.linspace(-1, 1, height)
    return (1 - 0.16 * ramp(0.5, 2.1, across[None, :] ** 2 + down[:, None] ** 2))[..., None]
