"""Transparency → an opaque background, for formats and operations without alpha."""

from PIL import Image

from darkroom.process.parameters import Colour

WHITE: Colour = (255, 255, 255)


def flatten(image: Image.Image, colour: Colour = WHITE) -> Image.Image:
    """Composite a picture with alpha over a colour; return a picture without alpha unchanged.

    Returns mode L for a grey picture over a grey colour, else RGB.
    """
    if image.mode not in ("LA", "RGBA"):
        return image
    ground = background(image.size, colour, grey=image.mode == "LA")
    ground.paste(image.convert(ground.mode), mask=image.getchannel("A"))
    return ground


def background(size: tuple[int, int], colour: Colour, *, grey: bool) -> Image.Image:
    """Return a picture of one colour: L where the colour is grey and `grey` is set, else RGB."""
    if grey and len(set(colour)) == 1:
        return Image.new("L", size, colour[0])
    return Image.new("RGB", size, colour)
