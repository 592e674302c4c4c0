"""Pictures drawn for tests, and helpers that process and decode them."""

import io
from typing import Any

from PIL import Image, ImageChops

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import Result, run
from darkroom.process.grammar import parse

type Size = tuple[int, int]


def coded(size: Size, mode: str = "RGB") -> Image.Image:
    """Draw a picture whose pixels encode their positions, up to 4096 pixels a side.

    Red and green are the low bytes of x and y, blue the high nibbles of both; RGBA is opaque in the
    left half and translucent in the right half.
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
    """Return the position that the pixel at (x, y) of a coded picture encodes."""
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    red, green, blue = (int(value) for value in pixel[:3])
    return blue // 16 * 256 + red, blue % 16 * 256 + green


def photographic(size: Size) -> Image.Image:
    """Draw smooth gradients over the whole picture, which JPEG compresses with little loss."""
    ramp = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    disc = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", (ramp, disc, ramp.transpose(Image.Transpose.ROTATE_180)))


def stored(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:  # noqa: A002 - Pillow's word
    """Encode a picture."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def animation(frames: list[Image.Image], format: str = "GIF", **options: Any) -> bytes:  # noqa: A002
    """Encode an animation of these frames."""
    first, *others = frames
    return stored(first, format, save_all=True, append_images=others, **options)


def with_orientation(image: Image.Image, orientation: int) -> bytes:
    """Encode a JPEG of best quality with an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return stored(image, "JPEG", exif=exif, quality=100, subsampling="4:4:4")


def processed(data: bytes, text: str, context: ProcessingContext | None = None) -> Result:
    """Run a process value on an encoded picture."""
    return run(data, compile_operations(parse(text).actions), context or ProcessingContext())


def shown(result: Result | bytes) -> Image.Image:
    """Decode a result."""
    image = Image.open(io.BytesIO(result if isinstance(result, bytes) else result.body))
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> int:
    """Return the largest difference of any channel of any pixel."""
    assert (one.mode, one.size) == (other.mode, other.size)
    extrema = ImageChops.difference(one, other).getextrema()
    bands = extrema if isinstance(extrema[0], tuple) else [extrema]
    return max(int(high) for _, high in bands)


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference over all channels of all pixels."""
    assert (one.mode, one.size) == (other.mode, other.size)
    delta = ImageChops.difference(one, other)
    counts = [delta.getchannel(band).histogram() for band in delta.getbands()]
    total = sum(value * count for band in counts for value, count in enumerate(band))
    return total / (one.width * one.height * len(counts))
