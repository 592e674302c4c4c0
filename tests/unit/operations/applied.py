"""Pixels through operations without a file around them."""

import numpy as np
from PIL import Image

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operation import PixelOperation
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.picture import Header, Output, Picture
from darkroom.process.grammar import parse

type Samples = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
"""Rows, columns and bands of a picture as numbers to calculate with."""


def applied(
    image: Image.Image, actions: str, word: str = "png", context: ProcessingContext | None = None
) -> Image.Image:
    """Put a picture through pixel operations, on its way into a format."""
    picture = Picture(
        image=image,
        size=image.size,
        output=Output(format=word, alpha=FORMATS[word].alpha),
        header=Header(format=word, size=image.size),
    )
    context = context or ProcessingContext()
    for step in compile_operations(parse(f"image/{actions}").actions):
        assert isinstance(step, PixelOperation)
        picture = step.apply(picture, context)
        assert picture.size == picture.image.size
    return picture.image


def noise(mode: str, size: tuple[int, int]) -> Image.Image:
    """Draw noise, the same each time, in every band of the mode."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, size, np.random.default_rng(1).bytes(size[0] * size[1] * bands))


def samples(image: Image.Image) -> Samples:
    """Give the pixels as numbers."""
    width, height = image.size
    flat = np.frombuffer(image.tobytes(), np.uint8).astype(np.float64)
    return flat.reshape((height, width, -1))
