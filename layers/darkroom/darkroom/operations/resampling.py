"""Bicubic resampling that leaves no light rim along transparent edges (spec 03 §4)."""

from collections.abc import Callable

from PIL import Image

_ROOM = 0.8
"""Share of the range that pixels get, so that overshoot beyond it is not cut off."""

_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}


def rimless(image: Image.Image, resample: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Resample with a kernel that overshoots beside edges, as sharp ones do.

    Colour and alpha overshoot alike there, but alpha is cut off at opaque, and colour divided
    by it comes out too bright. Wherever a pixel is not simply opaque, its
    colour is taken from a pass with headroom.
    """
    result = resample(image)
    if image.mode not in _PREMULTIPLIED or image.getchannel("A").getextrema()[0] == 255:
        return result
    low = resample(with_room(image))
    edges = low.split()[-1].point(lambda value: 255 * (abs(value - 255 * _ROOM) > 1))
    colour = low.convert(image.mode)
    colour.putalpha(result.getchannel("A"))
    result.paste(colour, mask=edges)
    return result


def with_room(image: Image.Image) -> Image.Image:
    """Weight colours by their alpha, and leave all samples room above."""
    return image.convert(_PREMULTIPLIED[image.mode]).point(lambda value: value * _ROOM)


def without_room(image: Image.Image, mode: str) -> Image.Image:
    """Undo `with_room`: colours come back within one level."""
    full = image.convert(mode)
    full.putalpha(image.split()[-1].point(lambda value: min(255, value / _ROOM)))
    return full
