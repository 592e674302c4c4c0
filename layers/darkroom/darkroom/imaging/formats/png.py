"""What Pillow gets wrong of PNG: grey with alpha in 16 bits, and transparent levels (C-117)."""

from PIL import Image

_DEPTH, _COLOUR_TYPE = 24, 25
"""Where the header has them."""

_GREY, _RGB, _GREY_ALPHA = 0, 2, 4

_WIDE = 16


def mended(image: Image.Image, data: bytes) -> Image.Image:
    """Give a decoded PNG the mode and the transparency that its file means."""
    depth, colour_type = data[_DEPTH], data[_COLOUR_TYPE]
    if colour_type == _GREY_ALPHA:
        return image.convert("LA")  # it comes as RGBA
    level = image.info.get("transparency")
    if level is None or colour_type not in (_GREY, _RGB):
        return image
    if depth == _WIDE and colour_type == _GREY:
        return _without_level(image, level)
    if depth == _WIDE:
        image.info["transparency"] = tuple(sample >> 8 for sample in level)
    elif image.mode == "L":
        # Pixels of 2 and 4 bits are spread over the range, the level is not.
        image.info["transparency"] = level * 255 // ((1 << depth) - 1)
    return image


def _without_level(image: Image.Image, level: int) -> Image.Image:
    """Make one level of 16-bit grey transparent, and keep the upper byte of the others."""
    samples = image.convert("I")
    grey = samples.point(lambda sample: sample / 256).convert("L")
    grey.putalpha(samples.point([0 if value == level else 255 for value in range(1 << 16)], "L"))
    grey.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return grey
