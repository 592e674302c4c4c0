"""A curve over colour samples: what `bright` and `contrast` have in common."""

from collections.abc import Callable

from PIL import Image


def apply_curve(image: Image.Image, curve: Callable[[int], int]) -> Image.Image:
    """Send every colour sample through the curve, clamped to 0…255; alpha stays."""
    samples = range(256)
    colour = [min(255, max(0, curve(sample))) for sample in samples]
    table: list[int] = []
    for band in image.getbands():
        table.extend(samples if band == "A" else colour)
    return image.point(table)
