"""Resampling: shrinking by area averaging, and bicubic without light rims (spec 03 §4)."""

from collections.abc import Callable

from PIL import Image

from darkroom.geometry import Size

_HEADROOM = 0.8
"""Share of the range that pixels get, so that overshoot beyond it is not cut off."""

_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}

_HALVED_TO = 1.25
"""Times the target that must be left where pixels are averaged two by two (decision 099)."""

_SPARE = 1.875
"""The same where more pixels than two by two are averaged, which costs more of the look."""

type _Bounds = tuple[float, float, float, float]


def shrink(image: Image.Image, size: Size, box: _Bounds, *, whole: bool) -> Image.Image:
    """Scale the box down as by area averaging (C-51), colours weighted by their alpha.

    `whole` says that the picture was decoded at full scale. Then blocks of pixels may be averaged
    first, as long as enough is left for the kernel: a decoder at reduced scale has done as much.
    """
    scale = max((box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1])
    spare = _HALVED_TO if scale < 2 * _SPARE else _SPARE
    hamming, gap = Image.Resampling.HAMMING, spare if whole else None
    # A conversion copies, also to the mode that is there.
    if image.mode not in _PREMULTIPLIED:
        return image.resize(size, hamming, box=box, reducing_gap=gap)
    weighted = image.convert(_PREMULTIPLIED[image.mode])
    return weighted.resize(size, hamming, box=box, reducing_gap=gap).convert(image.mode)


def resample_without_halo(
    image: Image.Image, resample: Callable[[Image.Image], Image.Image]
) -> Image.Image:
    """Resample with a kernel that overshoots beside edges, as sharp ones do.

    Colour and alpha overshoot alike there, but alpha is cut off at opaque, and colour divided
    by it comes out too bright. Wherever a pixel is not simply opaque, its
    colour is taken from a pass with headroom.
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
    """Weight colours by their alpha, and leave all samples room above."""
    return image.convert(_PREMULTIPLIED[image.mode]).point(lambda value: value * _HEADROOM)


def unpremultiply(image: Image.Image, mode: str) -> Image.Image:
    """Undo `with_room`: colours come back within one level."""
    full = image.convert(mode)
    full.putalpha(image.split()[-1].point(lambda value: min(255, value / _HEADROOM)))
    return full
