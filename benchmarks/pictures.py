"""The measured pictures: the test data if present, else generated pictures of the same size."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from tests.conftest import data_folder

type Levels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

DRAWN = {
    "photo-2725x2225.jpg": (2725, 2225),
    "paper-2048x1536-rgba.png": (2048, 1536),
    "animated-loop-3.gif": (370, 285),
}
"""Sizes of the generated pictures by file name."""


def picture(name: str, folder: Path) -> Path:
    """Return the path of a picture, generated in `folder` if it is not in the test data."""
    real = data_folder() / name
    if real.is_file():
        return real
    path = folder / f"drawn-{name}"
    if not path.is_file():
        path.write_bytes(_drawn(name))
    return path


def _drawn(name: str) -> bytes:
    width, height = DRAWN[name]
    levels = _clouds(width, height, bands=4 if name.endswith("png") else 3)
    buffer = io.BytesIO()
    if name.endswith("gif"):
        first, *others = (_posterised(np.roll(levels, 9 * step, axis=1)) for step in range(10))
        first.save(buffer, "GIF", save_all=True, append_images=others, duration=100, loop=3)
    elif name.endswith("png"):
        Image.fromarray(levels, "RGBA").save(buffer, "PNG")
    else:
        Image.fromarray(levels, "RGB").save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _posterised(levels: Levels) -> Image.Image:
    return Image.fromarray(levels // 64 * 64, "RGB")


def _clouds(width: int, height: int, *, bands: int) -> Levels:
    """Return noise of equal power in every octave, which costs an encoder as much as a photo."""
    random = np.random.default_rng(2725)
    total = np.zeros((height, width, bands))
    for octave in range(2, 9):
        small = random.integers(0, 256, (height >> octave or 1, width >> octave or 1, bands))
        layers = [
            Image.fromarray(small[:, :, band].astype(np.uint8)).resize(
                (width, height), Image.Resampling.BICUBIC
            )
            for band in range(bands)
        ]
        total += np.stack([np.asarray(layer, float) for layer in layers], axis=2) * octave
    total += random.normal(0, 8, total.shape)
    low, high = total.min(), total.max()
    return ((total - low) * 255 / (high - low)).astype(np.uint8)
