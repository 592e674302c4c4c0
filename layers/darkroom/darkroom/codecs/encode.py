"""Frames → bytes: one encoder a format, each with the service's settings (spec 03 §3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from darkroom.codecs.bmp import bgra
from darkroom.codecs.flatten import flattened
from darkroom.codecs.formats import FORMATS
from darkroom.codecs.plugins import save_image
from darkroom.picture import Frame, Output

_RLE = 3
"""zlib's Z_RLE: the service's PNG sizes at a fraction of the default strategy's time (D9)."""

_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "jpg": {"subsampling": "4:2:0", "optimize": True},  # C-105
    "png": {"compress_type": _RLE},
    "webp": {"method": 2},
    "tiff": {"compression": "tiff_lzw"},  # C-110
    # One thread each, so that a result does not depend on the machine's number of cores.
    "heic": {"enc_params": {"preset": "ultrafast", "x265:pools": "none"}},
    "avif": {"speed": 9, "max_threads": 1},
}
"""What each encoder is told besides the quality; measured in docs/decisions/020 and 021."""


def encode(frames: Sequence[Frame], output: Output, *, loop: int | None = None) -> bytes:
    """Encode the frames once; several make an animation that plays `loop` times.

    Raises `ImageTooLarge` for a picture that the format cannot hold.
    """
    FORMATS[output.format].check_result(frames[0].image.size)
    images = [_fitting(frame.image, output) for frame in frames]
    if output.format == "bmp" and images[0].mode == "RGBA":
        return bgra(images[0])
    options = _options(output)
    if len(images) > 1:
        options |= _animation(images, [frame.duration for frame in frames], loop)
    return save_image(images[0], output.format, **options)


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
    if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() != (255, 255):
        return image.convert("RGBA")
    return image.convert("RGB")


def _options(output: Output) -> dict[str, Any]:
    options = dict(_SETTINGS.get(output.format, {}))
    if output.quality is not None:
        options["quality"] = output.quality
    if output.format == "jpg":
        options["progressive"] = output.progressive
        if output.full_chroma:
            options["subsampling"] = "4:4:4"
    return options


def _animation(
    images: Sequence[Image.Image], durations: Sequence[int], loop: int | None
) -> dict[str, Any]:
    options: dict[str, Any] = {
        "save_all": True,
        "append_images": images[1:],
        "duration": list(durations),
    }
    return options if loop is None else options | {"loop": loop}
