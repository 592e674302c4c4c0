"""The text of a watermark: its parameters, and the mark with colour, shadow and rotation.

spec 02 §15.3 and C-91 have the rules.
"""

import unicodedata
from collections.abc import Mapping, Sequence

from msgspec import Struct
from PIL import Image

from darkroom.geometry import Box, Size, scale_length, transformed_bounds
from darkroom.imaging.fonts import FILES
from darkroom.imaging.operations.rotate import rotated_size, rotation_matrix
from darkroom.imaging.operations.watermark.compositing import fade
from darkroom.imaging.operations.watermark.typesetting import Line
from darkroom.process.parameters import (
    Base64Text,
    Colour,
    InvalidValue,
    decode_base64,
    encode_base64,
)

SHADOW_SHIFT, SHADOW_SIZE = 2, 40
"""Offset of the shadow in pixels, right and down, at this size of the text; it scales with it."""

BLACK: Colour = (0, 0, 0)

_SUPPORT = 2
"""Distance in pixels that bicubic interpolation reads."""

_LINE_BREAKS = frozenset({"Cc", "Zl", "Zp"})
"""Unicode categories of control characters, line separators and paragraph separators."""


class SingleLineText(Base64Text, frozen=True):
    """Base64url of text without line breaks or other control characters."""

    def parse(self, text: str) -> str:
        """Decode; raise `InvalidValue` for a control character or separator."""
        value = Base64Text.parse(self, text)
        if any(unicodedata.category(character) in _LINE_BREAKS for character in value):
            raise InvalidValue("Value must be one line of text")
        return value


class FontName(Struct, frozen=True):
    """Base64url of one of the documented font names."""

    def parse(self, text: str) -> str:
        """Decode; raise `InvalidValue` for an unknown name."""
        name = decode_base64(text)
        if name not in FILES:
            raise InvalidValue("Value must be one of " + ", ".join(FILES))
        return name

    def text(self, value: str) -> str:
        """Return the encoded name."""
        return encode_base64(value)

    def expected(self) -> str:
        """Return the list of names for the documentation."""
        return "base64url of " + ", ".join(f"`{name}`" for name in FILES)

    def describe(self) -> Mapping[str, object]:
        """Return the names."""
        return {"type": "font", "words": tuple(FILES)}


class TextMark(Struct, frozen=True, kw_only=True):
    """A line of text, rotated clockwise by `rotation` degrees; `shadow` is its shadow's opacity."""

    line: Line
    colour: Colour
    em: int
    shadow: int
    rotation: int

    @property
    def size(self) -> Size:
        """The line's size, or the size of its bounding box after rotation."""
        return rotated_size(self.line.size, self.rotation) if self._rotated else self.line.size

    @property
    def ink_bounds(self) -> Box:
        """The bounds of glyphs and shadow after rotation."""
        left, top, right, bottom = self.line.ink_bounds
        bounds = Box(left, top, right + self._shift, bottom + self._shift)
        if not self._rotated:
            return bounds
        outward = rotation_matrix(self.size, self.line.size, -self.rotation)
        return transformed_bounds(outward, bounds.expand(_SUPPORT))

    @property
    def grey(self) -> bool:
        """Whether the text's colour is grey; the shadow is black."""
        return len(set(self.colour)) == 1

    def render(self, box: Box) -> Image.Image:
        """Return the glyphs over their shadow in a box, as RGBA."""
        glyphs = _coloured(self._ink(box), self.colour)
        if not self.shadow:
            return glyphs
        shadow = _coloured(fade(self._ink(box, self._shift), self.shadow), BLACK)
        shadow.alpha_composite(glyphs)
        return shadow

    @property
    def _rotated(self) -> bool:
        return self.rotation % 360 != 0

    @property
    def _shift(self) -> int:
        return scale_length(self.em, SHADOW_SHIFT, SHADOW_SIZE) if self.shadow else 0

    def _ink(self, box: Box, shift: int = 0) -> Image.Image:
        """Return the ink in a box as a mask, shifted right and down before the rotation."""
        if not self._rotated:
            return self.line.ink(box.translate(-shift, -shift))
        inward = rotation_matrix(self.line.size, self.size, self.rotation)
        needed = transformed_bounds(inward, box).translate(-shift, -shift).expand(_SUPPORT)
        # The empty margin antialiases the edges of glyphs that touch their box.
        source = needed.intersection(self.line.ink_bounds.expand(_SUPPORT))
        if source is None:
            return Image.new("L", box.size)
        matrix = _between(inward, box, source.translate(shift, shift))
        # Rotation by a multiple of 90 degrees maps pixels to pixels, without interpolation.
        kernel = Image.Resampling.BICUBIC if self.rotation % 90 else Image.Resampling.NEAREST
        return self.line.ink(source).transform(box.size, Image.Transform.AFFINE, matrix, kernel)


def _coloured(alpha: Image.Image, colour: Colour) -> Image.Image:
    layer = Image.new("RGBA", alpha.size, colour)
    layer.putalpha(alpha)
    return layer


def _between(matrix: Sequence[float], target: Box, source: Box) -> tuple[float, ...]:
    """Return the matrix for coordinates relative to the corners of two boxes."""
    a, b, c, d, e, f = matrix
    return (
        *(a, b, a * target.left + b * target.top + c - source.left),
        *(d, e, d * target.left + e * target.top + f - source.top),
    )
