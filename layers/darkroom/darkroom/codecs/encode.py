"""Frames → bytes: one encoder a format, each with the service's settings (spec 03 §3)."""

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

from darkroom.codecs.flatten import flattened
from darkroom.codecs.formats import FORMATS
from darkroom.picture import Frame, Output

_RLE = 3
"""zlib's Z_RLE: the service's PNG sizes at a fraction of the default strategy's time (D9)."""

_WEBP_EFFORT = 2
"""libwebp's method: 0 fastest … 6 smallest."""


def encode(frames: Sequence[Frame], output: Output, *, loop: int | None = None) -> bytes:
    """Encode the frames once; several make an animation that plays `loop` times.

    Raises `ImageTooLarge` for a picture that the format cannot hold.
    """
    FORMATS[output.format].check_result(frames[0].image.size)
    images = [_fitting(frame.image, output) for frame in frames]
    options = _options(output)
    if len(images) > 1:
        options |= _animation(images, [frame.duration for frame in frames], loop)
    buffer = io.BytesIO()
    images[0].save(buffer, FORMATS[output.format].pillow, **options)
    return buffer.getvalue()


def _fitting(image: Image.Image, output: Output) -> Image.Image:
    """Give the pixels in a mode that the encoder keeps."""
    if not output.alpha:
        return flattened(image)
    if output.format == "bmp":
        return _bmp_mode(image)
    if output.format == "webp" and image.mode == "LA":
        return image.convert("RGBA")
    return image


def _bmp_mode(image: Image.Image) -> Image.Image:
    """Keep alpha only where a pixel is transparent (C-109)."""
    if image.mode == "LA":
        image = image.convert("RGBA")
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def _options(output: Output) -> dict[str, Any]:
    match output.format:
        case "jpg":
            return {
                "quality": output.quality,
                "subsampling": "4:2:0",
                "optimize": True,
                "progressive": output.progressive,
            }
        case "png":
            return {"compress_type": _RLE}
        case "webp":
            return {"quality": output.quality, "method": _WEBP_EFFORT}
        case "tiff":
            return {"compression": "tiff_lzw"}
        case _:
            return {}


def _animation(
    images: Sequence[Image.Image], durations: Sequence[int], loop: int | None
) -> dict[str, Any]:
    options: dict[str, Any] = {
        "save_all": True,
        "append_images": images[1:],
        "duration": list(durations),
    }
    return options if loop is None else options | {"loop": loop}
