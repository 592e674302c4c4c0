"""Resampling: shrinking by area averaging, bicubic without halos at alpha edges (spec 03 §4)."""

from collections.abc import Callable

from PIL import Image

from darkroom.geometry import Size

_HEADROOM = 0.8
"""Factor that scales samples down, so that overshoot of the kernel is not clipped."""

_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}

_REDUCING_GAP_OF_TWO = 1.25
"""Pillow's `reducing_gap` where pixels are first averaged two by two (decision 099)."""

_REDUCING_GAP = 1.875
"""The same for larger blocks, which lose more quality."""

type _Bounds = tuple[float, float, float, float]


def shrink(image: Image.Image, size: Size, box: _Bounds, *, whole: bool) -> Image.Image:
    """Scale the box down, close to area averaging (C-51), with premultiplied alpha.

    `whole` is whether the picture was decoded at full scale. Only then blocks of pixels are
    averaged before the kernel is applied: a reduced decode has done that already.
    """
    scale = max((box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1])
    reducing_gap = _REDUCING_GAP_OF_TWO if scale < 2 * _REDUCING_GAP else _REDUCING_GAP
    hamming, gap = Image.Resampling.HAMMING, reducing_gap if whole else None
    # `convert` copies even if the mode stays the same.
    if image.mode not in _PREMULTIPLIED:
        return image.resize(size, hamming, box=box, reducing_gap=gap)
    weighted = image.convert(_PREMULTIPLIED[image.mode])
    return weighted.resize(size, hamming, box=box, reducing_gap=gap).convert(image.mode)


def resample_without_halo(
    image: Image.Image, resample: Callable[[Image.Image], Image.Image]
) -> Image.Image:
    """Resample with a kernel that overshoots next to edges, such as bicubic.

    Premultiplied colour and alpha overshoot alike, but alpha is clipped at opaque, and the colour
    divided by it becomes too bright. Pixels that are not fully opaque therefore take their colour
    from a second pass with headroom.
    """
    result = resample(image)
    if image.mode not in _PREMULTIPLIED or image.getchannel("A").getextrema()[0] == 255:
        return result
    low = resample(premultiply_with_headroom(image))
    edges = low.split()[-1].point(lambda value: 255 * (abs(value - 255 * _HEADROOM) > 1))
    colour = low.convert(image.mode)
    colour.putalpha(result.getchannel("A"))
    result.paste(colour, mask=edges)
    return result


def premultiply_with_headroom(image: Image.Image) -> Image.Image:
    """Premultiply the colours by alpha, and scale all samples by `_HEADROOM`."""
    return image.convert(_PREMULTIPLIED[image.mode]).point(lambda value: value * _HEADROOM)


def unpremultiply(image: Image.Image, mode: str) -> Image.Image:
    """Invert `premultiply_with_headroom`; colours differ by at most one level."""
    full = image.convert(mode)
    full.putalpha(image.split()[-1].point(lambda value: min(255, value / _HEADROOM)))
    return full
