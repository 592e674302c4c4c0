"""The text of a watermark: glyphs of one or more faces on one line (spec 02 §15.3, C-91)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from darkroom.errors import Code, OssError
from darkroom.limits import Limits, Size
from darkroom.operations.rotate import rotated_size, turn
from darkroom.parameters import Base64Text, Colour, Rejected, decode_base64, encode_base64
from darkroom.typefaces import FILES, Face, runs

SHADOW_SIZE = 40
"""Text size at which the shadow is `SHADOW_SHIFT` pixels off (C-91)."""

SHADOW_SHIFT = 2


_NOT_ON_A_LINE = frozenset({"Cc", "Zl", "Zp"})
"""Unicode's categories of control characters and of what parts lines and paragraphs."""


@dataclass(frozen=True, slots=True)
class OneLine(Base64Text):
    """Base64 of text without line breaks or other control characters."""

    def parse(self, text: str) -> str:
        """Decode and look at every character."""
        value = Base64Text.parse(self, text)
        if any(unicodedata.category(character) in _NOT_ON_A_LINE for character in value):
            raise Rejected("Value must be one line of text")
        return value


@dataclass(frozen=True, slots=True)
class FontName:
    """Base64 of one of the documented font names."""

    def parse(self, text: str) -> str:
        """Decode and look the name up."""
        name = decode_base64(text)
        if name not in FILES:
            raise Rejected("Value must be one of " + ", ".join(FILES))
        return name

    def text(self, value: str) -> str:
        """Encode the name."""
        return encode_base64(value)

    def expected(self) -> str:
        """List the names."""
        return "base64url of " + ", ".join(f"`{name}`" for name in FILES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text with its looks; `size` is the em in pixels, `shadow` an opacity in percent."""

    text: str
    font: str
    size: int
    colour: Colour
    shadow: int
    rotation: int


def rendered(text: Text, folder: Path, limits: Limits) -> Image.Image:
    """Draw the text on its own box: its advance wide, its faces' height high; RGBA.

    Raises `WatermarkError` for one of more pixels than a resize may produce.
    """
    faces = [_face(folder / file) for file in FILES[text.font]]
    line = _Line(
        [(_font(face.path, text.size), run) for face, run in runs(text.text, faces)],
    )
    _check_area(rotated_size(line.size, text.rotation), limits)
    ink = line.ink()
    layer = _coloured(ink, text.colour)
    if text.shadow:
        layer = Image.alpha_composite(_shadow(ink, text), layer)
    if text.rotation % 360:
        layer, _ = turn(layer, text.rotation)
    return layer


class _Line:
    """Runs of one font each on a common baseline."""

    def __init__(self, parts: Sequence[tuple[ImageFont.FreeTypeFont, str]]) -> None:
        self._parts = parts
        metrics = [font.getmetrics() for font, _ in parts]
        self._ascent = max((ascent for ascent, _ in metrics), default=0)
        descent = max((descent for _, descent in metrics), default=0)
        self._advances = [font.getlength(run) for font, run in parts]
        self.size: Size = (ceil(sum(self._advances)), self._ascent + descent)

    def ink(self) -> Image.Image:
        """Draw the glyphs: L, 255 where all ink is."""
        image = Image.new("L", self.size)
        draw = ImageDraw.Draw(image)
        x = 0.0
        for (font, run), advance in zip(self._parts, self._advances, strict=True):
            draw.text((x, self._ascent), run, fill=255, font=font, anchor="ls")
            x += advance
        return image


def _coloured(ink: Image.Image, colour: Colour) -> Image.Image:
    layer = Image.new("RGB", ink.size, colour)
    layer.putalpha(ink)
    return layer


def _shadow(ink: Image.Image, text: Text) -> Image.Image:
    """Draw the same glyphs in black, faint, to the lower right."""
    shift = max(1, round(SHADOW_SHIFT * text.size / SHADOW_SIZE))
    alpha = Image.new("L", ink.size)
    alpha.paste(ink.point(lambda value: value * text.shadow / 100 + 0.5), (shift, shift))
    return _coloured(alpha, (0, 0, 0))


def _check_area(size: Size, limits: Limits) -> None:
    if size[0] * size[1] > limits.result_pixels:
        raise OssError(
            Code.WATERMARK_ERROR,
            f"The text measures {size[0]}x{size[1]}: "
            f"at most {limits.result_pixels} pixels can be drawn.",
        )


@lru_cache(maxsize=16)
def _face(path: Path) -> Face:
    return Face(path)


@lru_cache(maxsize=32)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """Open a face at a size; laid out without shaping, the same on every machine."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
