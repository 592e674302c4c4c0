"""The emblem and the logo: an iris of six blades, antialiased, with transparency."""

from itertools import pairwise
from math import cos, hypot, pi, sin, sqrt
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

FONTS = Path(__file__).parents[2] / "layers/fonts/fonts"
BLADES = 6
SMOOTH = 4
"""Supersampling factor for antialiased edges."""

SAFELIGHT = (
    (120, 14, 22),
    (176, 24, 28),
    (222, 52, 30),
    (246, 96, 36),
    (255, 146, 60),
    (196, 34, 28),
)

type Point = tuple[float, float]
type Colour = tuple[int, int, int]


def font(size: float) -> ImageFont.FreeTypeFont:
    """Return the sans-serif font of the fonts layer at `size` pixels."""
    file = FONTS / "wqy-microhei.ttf"
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)


def blades(centre: float, radius: float, opening: float, turn: float = 0.3) -> list[list[Point]]:
    """Return the outlines of iris blades that fill a disc around a hexagonal opening."""
    angles = [turn + 2 * pi * i / BLADES for i in range(BLADES + 1)]
    corners = [(opening * cos(a), opening * sin(a)) for a in angles]
    rims = [_rim(one, other, radius) for one, other in pairwise(corners)]
    shapes = []
    for i in range(BLADES):
        start, end = rims[i - 1], rims[i]
        arc = [_on_rim(start, end, t / 24, radius) for t in range(25)]
        shape = [corners[i], corners[i + 1], *reversed(arc)]
        shapes.append([(centre + x, centre + y) for x, y in shape])
    return shapes


def _rim(one: Point, other: Point, radius: float) -> Point:
    """Return the intersection of the rim with the ray from one corner through the other."""
    length = hypot(other[0] - one[0], other[1] - one[1])
    x, y = (other[0] - one[0]) / length, (other[1] - one[1]) / length
    along = one[0] * x + one[1] * y
    reach = sqrt(along * along - hypot(*one) ** 2 + radius * radius) - along
    return one[0] + reach * x, one[1] + reach * y


def _on_rim(start: Point, end: Point, share: float, radius: float) -> Point:
    x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
    return radius * x / hypot(x, y), radius * y / hypot(x, y)


def emblem(size: int) -> Image.Image:
    """Return an iris in safelight red with a glow and a soft shadow, RGBA."""
    large = size * SMOOTH
    centre, radius = large / 2, large * 0.36
    iris = Image.new("RGBA", (large, large))
    draw = ImageDraw.Draw(iris)
    for shape, colour in zip(blades(centre, radius, radius * 0.42), SAFELIGHT, strict=True):
        draw.polygon(shape, fill=(*colour, 255))
    for shape in blades(centre, radius, radius * 0.42):
        draw.line(shape[:2] + shape[2:3], fill=(255, 226, 196, 90), width=large // 170)
    iris = _shaded(iris)
    shadow = _blurred(iris, (20, 0, 4), 0.75, large / 40)
    glow = _blurred(iris, (255, 70, 40), 0.5, large / 18)
    below = ImageChops.offset(shadow, 0, large // 36)
    picture = Image.alpha_composite(Image.alpha_composite(glow, below), iris)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def _shaded(iris: Image.Image) -> Image.Image:
    """Return the iris shaded by a vertical gradient, darker at the bottom."""
    light = Image.linear_gradient("L").resize(iris.size).point(lambda y: 255 - y * 110 // 255)
    shaded = ImageChops.multiply(iris.convert("RGB"), Image.merge("RGB", (light, light, light)))
    shaded.putalpha(iris.getchannel("A"))
    return shaded


def _blurred(shape: Image.Image, colour: Colour, opacity: float, radius: float) -> Image.Image:
    """Return a blurred copy of a shape in one colour."""
    alpha = shape.getchannel("A").filter(ImageFilter.GaussianBlur(radius))
    layer = Image.new("RGBA", shape.size, (*colour, 0))
    layer.putalpha(alpha.point(lambda level: int(level * opacity)))
    return layer


def logo(height: int) -> Image.Image:
    """Return an iris and the name in white with a soft shadow, for use on any picture."""
    large = height * SMOOTH
    face = font(large * 0.52)
    width = int(large * 1.05 + face.getlength("Darkroom") + large * 0.2)
    letters = Image.new("RGBA", (width, large), (255, 255, 255, 0))
    draw = ImageDraw.Draw(letters)
    for shape in blades(large / 2, large * 0.36, large * 0.14):
        draw.polygon(shape, fill=(255, 255, 255, 255))
    for shape in blades(large / 2, large * 0.36, large * 0.14):
        draw.line(shape[1:3], fill=(255, 255, 255, 0), width=large // 40)
    draw.text((large * 1.0, large * 0.69), "Darkroom", (255, 255, 255, 255), face, anchor="ls")
    shadow = _blurred(letters, (0, 0, 0), 0.7, large / 28)
    picture = Image.alpha_composite(shadow, letters)
    return picture.resize((width // SMOOTH, height), Image.Resampling.LANCZOS)
