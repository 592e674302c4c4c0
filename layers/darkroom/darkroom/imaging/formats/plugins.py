"""Pillow's plugins, each imported when a picture of its format is first met.

All of them together would cost a cold start 70 ms, the one for HEIC alone 45. That one is
also the only one which a deployment may leave out (docs/decisions/020-heic-and-avif.md).
"""

import importlib
import io
from functools import cache

from PIL import Image

from darkroom.imaging.formats.formats import FORMATS, Format

# Our own limits judge the header; Pillow's warning would come first and say less.
Image.MAX_IMAGE_PIXELS = None


def readable(entry: Format) -> bool:
    """Whether there is a decoder here (C-100)."""
    return _imported(entry.plugin) and entry.pillow in Image.OPEN


def writable(entry: Format) -> bool:
    """Whether there is an encoder here (C-111)."""
    return _imported(entry.plugin) and entry.pillow in Image.SAVE


def kept(entry: Format) -> Format:
    """Give the format of a result that keeps its source's: JPG for want of an encoder (C-103)."""
    return entry if writable(entry) else FORMATS["jpg"]


def open_image(data: bytes, word: str) -> Image.Image:
    """Open with the plugin of that format and no other; pixels stay undecoded."""
    entry = FORMATS[word]
    _imported(entry.plugin)
    return Image.open(io.BytesIO(data), formats=[entry.pillow])


def save_image(image: Image.Image, word: str, **options: object) -> bytes:
    """Encode with the plugin of that format."""
    entry = FORMATS[word]
    _imported(entry.plugin)
    buffer = io.BytesIO()
    image.save(buffer, entry.pillow, **options)
    return buffer.getvalue()


@cache
def _imported(plugin: str) -> bool:
    try:
        importlib.import_module(plugin)
    except ImportError:
        return False
    return True
