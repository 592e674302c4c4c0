"""Typesetting of a line of text in one or more faces (spec 02 §15.3, C-91)."""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from darkroom.geometry import Box, Size, union
from darkroom.imaging.fonts import FILES, FontFile, split_runs

_SPACES = {
    "\u1680": 1 / 2,
    **dict.fromkeys("\u2000\u2002", 1 / 2),
    **dict.fromkeys("\u2001\u2003\u3000", 1.0),
    "\u2004": 1 / 3,
    **dict.fromkeys("\u2005\u202f", 1 / 4),
    "\u2006": 1 / 6,
    "\u2009": 1 / 5,
    "\u200a": 1 / 10,
    "\u205f": 4 / 18,
}
"""Advances in em of spaces that a face lacks; other spaces have the advance of U+0020."""


class Character(Struct, frozen=True, kw_only=True):
    """A character, its font and its advance."""

    font: ImageFont.FreeTypeFont
    text: str
    advance: float


class Glyph(Struct, frozen=True, kw_only=True):
    """A character in a font, the pen position `x`, and the box of its ink."""

    font: ImageFont.FreeTypeFont
    character: str
    x: float
    box: Box


class Line(Struct, frozen=True, kw_only=True):
    """Glyphs on a common baseline."""

    glyphs: Sequence[Glyph]
    baseline: int
    """Pixels from the top of the line down to the baseline."""
    size: Size
    """The advance width, and the ascent plus the descent."""
    ink_bounds: Box
    """The box of all ink, which can extend past `size`, as a `j` does."""

    def ink(self, box: Box) -> Image.Image:
        """Return the ink in a box as a mask of mode L, 255 for full coverage."""
        image = Image.new("L", box.size)
        draw = ImageDraw.Draw(image)
        for glyph in self.glyphs:
            if glyph.box.intersection(box):
                origin = glyph.x - box.left, self.baseline - box.top
                draw.text(origin, glyph.character, fill=255, font=glyph.font, anchor="ls")
        return image


def typeset(text: str, font: str, em: int, folder: Path) -> Line:
    """Set a text in the faces of an OSS font name, at `em` pixels; `folder` has the font files."""
    faces = [_face(folder / file) for file in FILES[font]]
    runs = split_runs(text, faces)
    characters = [
        Character(font=_font(face.path, em), text=text, advance=_advance(face, text, em))
        for face, run in runs
        for text in run
    ]
    metrics = [character.font.getmetrics() for character in characters] or [(0, 0)]
    ascent, descent = (max(lengths) for lengths in zip(*metrics, strict=True))
    glyphs = tuple(_glyphs(characters, ascent))
    advance = sum(character.advance for character in characters)
    return Line(
        glyphs=glyphs,
        baseline=ascent,
        size=(math.ceil(advance), ascent + descent),
        ink_bounds=union(glyph.box for glyph in glyphs),
    )


def _glyphs(characters: Sequence[Character], baseline: int) -> Iterator[Glyph]:
    """Place the glyphs by their advances: none of the faces has a kerning table."""
    x = 0.0
    for character in characters:
        font = character.font
        if not character.text.isspace():
            left, top, right, bottom = font.getbbox(character.text, anchor="ls")
            box = Box(
                math.floor(x + left), math.floor(top), math.ceil(x + right), math.ceil(bottom)
            )
            yield Glyph(font=font, character=character.text, x=x, box=box.translate(0, baseline))
        x += character.advance


def _advance(face: FontFile, text: str, em: int) -> float:
    """Return the advance of a character, also of a space without a glyph."""
    font = _font(face.path, em)
    if not text.isspace():
        return font.getlength(text)
    if face.has_glyph(text) and (advance := font.getlength(text)):
        return advance
    return em * _SPACES[text] if text in _SPACES else font.getlength(" ")


@lru_cache(maxsize=16)
def _face(path: Path) -> FontFile:
    return FontFile(path)


@lru_cache(maxsize=32)
def _font(path: Path, em: int) -> ImageFont.FreeTypeFont:
    """Open a font at an em; the basic layout engine gives the same result on every machine."""
    return ImageFont.truetype(path, em, layout_engine=ImageFont.Layout.BASIC)
