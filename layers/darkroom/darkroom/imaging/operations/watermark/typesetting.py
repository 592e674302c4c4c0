"""A line of text in glyphs of one or more faces (spec 02 §15.3, C-91)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from darkroom.geometry import Box, Size, union
from darkroom.imaging.fonts import FILES, FontFile, split_runs

type _Letter = tuple[ImageFont.FreeTypeFont, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """A character of a face, the pen at `x`, and the pixels that it may touch."""

    font: ImageFont.FreeTypeFont
    character: str
    x: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Glyphs on a common baseline; the size is their advance by ascent and descent."""

    glyphs: Sequence[Glyph]
    baseline: int
    size: Size
    reach: Box
    """The pixels that they may touch: some lean out of the box, as a `j` does."""

    def ink(self, box: Box) -> Image.Image:
        """Draw what lies in a box: L, 255 where all is ink."""
        image = Image.new("L", box.size)
        draw = ImageDraw.Draw(image)
        for glyph in self.glyphs:
            if glyph.box.intersection(box):
                place = glyph.x - box.left, self.baseline - box.top
                draw.text(place, glyph.character, fill=255, font=glyph.font, anchor="ls")
        return image


def typeset(text: str, font: str, em: int, folder: Path) -> Line:
    """Set a text in the faces behind a font name, at an em of so many pixels."""
    faces = [_face(folder / file) for file in FILES[font]]
    letters = [(_font(face.path, em), one) for face, run in split_runs(text, faces) for one in run]
    metrics = [font.getmetrics() for font, _ in letters] or [(0, 0)]
    ascent, descent = (max(lengths) for lengths in zip(*metrics, strict=True))
    glyphs = tuple(_in_line(letters, ascent))
    advance = sum(font.getlength(character) for font, character in letters)
    return Line(
        glyphs=glyphs,
        baseline=ascent,
        size=(math.ceil(advance), ascent + descent),
        reach=union(glyph.box for glyph in glyphs),
    )


def _in_line(letters: Sequence[_Letter], baseline: int) -> Iterator[Glyph]:
    """Move the pen by each glyph's own advance: none of the faces has a kerning table."""
    x = 0.0
    for font, character in letters:
        left, top, right, bottom = font.getbbox(character, anchor="ls")
        box = Box(math.floor(x + left), math.floor(top), math.ceil(x + right), math.ceil(bottom))
        yield Glyph(font=font, character=character, x=x, box=box.translate(0, baseline))
        x += font.getlength(character)


@lru_cache(maxsize=16)
def _face(path: Path) -> FontFile:
    return FontFile(path)


@lru_cache(maxsize=32)
def _font(path: Path, em: int) -> ImageFont.FreeTypeFont:
    """Open a face at a size; laid out without shaping, the same on every machine."""
    return ImageFont.truetype(path, em, layout_engine=ImageFont.Layout.BASIC)
