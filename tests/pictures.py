"""Pictures drawn for tests, and the short way to put one through a process."""

import io
from typing import Any

from PIL import Image, ImageChops

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import Result, run
from darkroom.process.grammar import parse

type Size = tuple[int, int]


def coded(size: Size, mode: str = "RGB") -> Image.Image:
    """Draw a picture whose every pixel tells its own place, up to 4096 pixels a side.

    Red and green are the low bytes of x and y, blue the high nibbles of both; RGBA is opaque
    on the left half and see-through on the right.
    """
    width, height = size
    low = bytes(x % 256 for x in range(width)), bytes(y % 256 for y in range(height))
    high = bytes(x // 256 * 16 for x in range(width)), bytes(y // 256 for y in range(height))
    bands = [
        _across(low[0], size),
        _down(low[1], size),
        ImageChops.add(_across(high[0], size), _down(high[1], size)),
    ]
    if mode == "RGBA":
        bands.append(_across(bytes(255 if 2 * x < width else 51 for x in range(width)), size))
    return Image.merge(mode, bands)


def _across(row: bytes, size: Size) -> Image.Image:
    return Image.frombytes("L", (size[0], 1), row).resize(size, Image.Resampling.NEAREST)


def _down(column: bytes, size: Size) -> Image.Image:
    return Image.frombytes("L", (1, size[1]), column).resize(size, Image.Resampling.NEAREST)


def place(image: Image.Image, x: int, y: int) -> tuple[int, int]:
    """Tell from which place of a coded picture the pixel at (x, y) comes."""
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    red, green, blue = (int(value) for value in pixel[:3])
    return blue // 16 * 256 + red, blue % 16 * 256 + green


def photographic(size: Size) -> Image.Image:
    """Draw smooth colours that change over the whole picture, as a JPEG keeps them well."""
    ramp = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    disc = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", (ramp, disc, ramp.transpose(Image.Transpose.ROTATE_180)))


def stored(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:  # noqa: A002 - Pillow's word
    """Write a picture as the file that a bucket would hold."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def animation(frames: list[Image.Image], format: str = "GIF", **options: Any) -> bytes:  # noqa: A002
    """Write an animation of these frames."""
    first, *others = frames
    return stored(first, format, save_all=True, append_images=others, **options)


def with_orientation(image: Image.Image, orientation: int) -> bytes:
    """Write a JPEG that says of itself how it has to be turned, as good as they get."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return stored(image, "JPEG", exif=exif, quality=100, subsampling="4:4:4")


def processed(data: bytes, text: str, context: ProcessingContext | None = None) -> Result:
    """Put a stored picture through a process value."""
    return run(data, compile_operations(parse(text).actions), context or ProcessingContext())


def shown(result: Result | bytes) -> Image.Image:
    """Decode a result."""
    image = Image.open(io.BytesIO(result if isinstance(result, bytes) else result.body))
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> int:
    """Give the largest difference of any channel of any pixel."""
    assert (one.mode, one.size) == (other.mode, other.size)
    extrema = ImageChops.difference(one, other).getextrema()
    bands = extrema if isinstance(extrema[0], tuple) else [extrema]
    return max(int(high) for _, high in bands)


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    """Give the mean difference over all channels of all pixels."""
    assert (one.mode, one.size) == (other.mode, other.size)
    delta = ImageChops.difference(one, other)
    counts = [delta.getchannel(band).histogram() for band in delta.getbands()]
    total = sum(value * count for band in counts for value, count in enumerate(band))
    return total / (one.width * one.height * len(counts))
