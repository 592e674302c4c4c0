"""Tone curves, for `bright` and `contrast`."""

from collections.abc import Callable

from PIL import Image


def apply_curve(image: Image.Image, curve: Callable[[int], int]) -> Image.Image:
    """Apply a curve to every colour sample, clipped to 0…255; alpha is not changed."""
    samples = range(256)
    colour = [min(255, max(0, curve(sample))) for sample in samples]
    table: list[int] = []
    for band in image.getbands():
        table.extend(samples if band == "A" else colour)
    return image.point(table)
