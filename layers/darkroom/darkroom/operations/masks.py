"""Cutting corners round: to transparency where a picture has it, else to white (C-59)."""

from PIL import Image, ImageChops

from darkroom.codecs.flatten import WHITE
from darkroom.operations.arcs import quarter


def corner(radius: float) -> Image.Image:
    """Draw the upper left quarter of a disc, smooth at its edge."""
    side, coverage = quarter(radius)
    return Image.frombytes("L", (side, side), coverage)


def fade(image: Image.Image, mask: Image.Image, *, alpha: bool) -> None:
    """Take away, in place, what the mask of the same size does not cover.

    `alpha` says whether a picture without transparency may get some.
    """
    if image.mode in ("LA", "RGBA"):
        image.putalpha(ImageChops.multiply(image.getchannel("A"), mask))
    elif alpha:
        image.putalpha(mask)
    else:
        image.paste(WHITE[: len(image.getbands())], mask=ImageChops.invert(mask))
