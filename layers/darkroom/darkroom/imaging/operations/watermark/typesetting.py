"""Typesetting of a line of text in one or more faces (spec 02 §15.3, C-91)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from darkroom.geometry import Box, Size, union
from darkroom.imaging.fonts import FILES, FontFile, split_runs

type _Character = tuple[ImageFont.FreeTypeFont, str]
"""A character and the font that has its glyph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """A character in a font, the pen position `x`, and the box of its ink."""

    font: ImageFont.FreeTypeFont
    character: str
    x: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
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
    characters = [(_font(face.path, em), character) for face, run in runs for character in run]
    metrics = [font.getmetrics() for font, _ in characters] or [(0, 0)]
    ascent, descent = (max(lengths) for lengths in zip(*metrics, strict=True))
    glyphs = tuple(_glyphs(characters, ascent))
    advance = sum(font.getlength(character) for font, character in characters)
    return Line(
        glyphs=glyphs,
        baseline=ascent,
        size=(math.ceil(advance), ascent + descent),
        ink_bounds=union(glyph.box for glyph in glyphs),
    )


def _glyphs(characters: Sequence[_Character], baseline: int) -> Iterator[Glyph]:
    """Place the glyphs by their advances: none of the faces has a kerning table."""
    x = 0.0
    for font, character in characters:
        left, top, right, bottom = font.getbbox(character, anchor="ls")
        box = Box(math.floor(x + left), math.floor(top), math.ceil(x + right), math.ceil(bottom))
        yield Glyph(font=font, character=character, x=x, box=box.translate(0, baseline))
        x += font.getlength(character)


@lru_cache(maxsize=16)
def _face(path: Path) -> FontFile:
    return FontFile(path)


@lru_cache(maxsize=32)
def _font(path: Path, em: int) -> ImageFont.FreeTypeFont:
    """Open a font at an em; the basic layout engine gives the same result on every machine."""
    return ImageFont.truetype(path, em, layout_engine=ImageFont.Layout.BASIC)
