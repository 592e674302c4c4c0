"""JPEGs of every kind that tests decode, and the planes in them as Pillow's libjpeg sees them."""

import io
from typing import Any

from PIL import Image

from tests.unit.engine.models import Samples, drawn, samples

SAMPLINGS = ["4:4:4", "4:2:2", "4:2:0"]


def jpeg(size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    """Draw a picture and write it as a JPEG."""
    file = io.BytesIO()
    drawn(size, mode).save(file, "JPEG", **{"quality": 90, "subsampling": "4:2:0", **options})
    return file.getvalue()


def opened(data: bytes, mode: str | None = None, eighths: int = 8) -> Image.Image:
    """Decode by Pillow, at a scale, without any conversion of colour for L and YCbCr."""
    image = Image.open(io.BytesIO(data))
    if mode is not None:
        image.draft(mode, (image.width * eighths // 8, image.height * eighths // 8))
    image.load()
    return image


def luma(data: bytes, eighths: int = 8) -> Samples:
    """Give the samples of luma alone."""
    return samples(opened(data, "L", eighths))


def planes_of(data: bytes, eighths: int = 8) -> Samples:
    """Give all three planes of a 4:4:4 file as they are."""
    return samples(opened(data, "YCbCr", eighths))
