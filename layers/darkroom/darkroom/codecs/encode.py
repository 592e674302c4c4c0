"""Frames → bytes: one encoder a format, each with the service's settings (spec 03 §3)."""

from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image

from darkroom.codecs.bmp import bgra
from darkroom.codecs.flatten import flattened
from darkroom.codecs.formats import FORMATS
from darkroom.codecs.gif_writer import gif
from darkroom.codecs.plugins import save_image
from darkroom.codecs.reel import Reel
from darkroom.codecs.webp_structure import with_alpha
from darkroom.picture import Frame, Output

_RLE = 3
"""zlib's Z_RLE: the service's PNG sizes at a fraction of the default strategy's time (C-106)."""

_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "jpg": {"subsampling": "4:2:0", "optimize": True},  # as the service does (C-105)
    "png": {"compress_type": _RLE},
    "webp": {"method": 2},
    "tiff": {"compression": "tiff_lzw"},  # the service names none (C-110)
    # One thread each, so that a result does not depend on the machine's number of cores.
    "heic": {"enc_params": {"preset": "ultrafast", "x265:pools": "none"}},
    "avif": {"speed": 9, "max_threads": 1},
}
"""What each encoder is told besides the quality; measured in docs/decisions/020 and 021."""


def encode(frames: Iterator[Frame], output: Output) -> bytes:
    """Encode a picture, or the frames of an animation as they come.

    Raises `ImageTooLarge` for a picture that the format cannot hold.
    """
    fitting = (_fitting(frame, output) for frame in frames)
    if output.format == "gif":
        return gif(fitting, plays=output.plays)
    if output.animated:
        return _animated_webp(Reel(fitting, output.frames), output)
    # To the end of the row, so that the decoder lets its pixels go before the encoder starts.
    (frame,) = fitting
    if output.format == "bmp" and frame.image.mode == "RGBA":
        return bgra(frame.image)
    return save_image(frame.image, output.format, **_options(output))


def _animated_webp(reel: Reel, output: Output) -> bytes:
    """Write an animation without key frames, which only seeking would need."""
    moving = {"save_all": True, "duration": reel.durations, "loop": output.plays, "kmax": 0}
    data = save_image(reel, output.format, **_options(output), **moving)
    return with_alpha(data) if reel.transparent else data


def _fitting(frame: Frame, output: Output) -> Frame:
    """Give the pixels in a mode that the encoder keeps; a picture on its own has no duration."""
    FORMATS[output.format].check_result(frame.image.size)
    return Frame(_mode(frame.image, output), frame.duration if output.animated else 0)


def _mode(image: Image.Image, output: Output) -> Image.Image:
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
