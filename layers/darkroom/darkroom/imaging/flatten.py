"""Transparency → a ground colour, for formats and operations that know none."""

from PIL import Image

from darkroom.process.parameters import Colour

WHITE: Colour = (255, 255, 255)


def flatten(image: Image.Image, colour: Colour = WHITE) -> Image.Image:
    """Lay a picture with alpha on a colour; one without is given back as it is.

    Grey on a grey ground stays grey.
    """
    if image.mode not in ("LA", "RGBA"):
        return image
    ground = background(image.size, colour, grey=image.mode == "LA")
    ground.paste(image.convert(ground.mode), mask=image.getchannel("A"))
    return ground


def background(size: tuple[int, int], colour: Colour, *, grey: bool) -> Image.Image:
    """Make an even ground: L where both the colour and what will lie on it are grey."""
    if grey and len(set(colour)) == 1:
        return Image.new("L", size, colour[0])
    return Image.new("RGB", size, colour)
