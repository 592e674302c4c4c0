"""A line of text as a mark: in colour, with its shadow, turned (spec 02 §15.3, C-91)."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from darkroom.geometry import Box, Size, scale_length, transformed_bounds
from darkroom.imaging.operations.rotate import rotated_size, rotation_matrix
from darkroom.imaging.operations.watermark.compositing import fade
from darkroom.imaging.operations.watermark.typesetting import Line
from darkroom.process.parameters import Colour

SHADOW_SHIFT, SHADOW_SIZE = 2, 40
"""Pixels that a shadow is off to the right and below, and the text size at which it is."""

BLACK: Colour = (0, 0, 0)

_SUPPORT = 2
"""Pixels on either side that bicubic interpolation looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMark:
    """A line, turned clockwise by `rotation` degrees; its shadow has `shadow` percent."""

    line: Line
    colour: Colour
    em: int
    shadow: int
    rotation: int

    @property
    def size(self) -> Size:
        """The line's box, or the box around it when it is turned."""
        return rotated_size(self.line.size, self.rotation) if self._turns else self.line.size

    @property
    def ink_bounds(self) -> Box:
        """The box around glyphs and shadow, turned with them."""
        left, top, right, bottom = self.line.reach
        reach = Box(left, top, right + self._shift, bottom + self._shift)
        if not self._turns:
            return reach
        outward = rotation_matrix(self.size, self.line.size, -self.rotation)
        return transformed_bounds(outward, reach.expand(_SUPPORT))

    @property
    def grey(self) -> bool:
        """Whether its colour is a grey; the shadow is black."""
        return len(set(self.colour)) == 1

    def render(self, box: Box) -> Image.Image:
        """Draw glyphs over their shadow."""
        letters = _coloured(self._ink(box), self.colour)
        if not self.shadow:
            return letters
        below = _coloured(fade(self._ink(box, self._shift), self.shadow), BLACK)
        below.alpha_composite(letters)
        return below

    @property
    def _turns(self) -> bool:
        return self.rotation % 360 != 0

    @property
    def _shift(self) -> int:
        return scale_length(self.em, SHADOW_SHIFT, SHADOW_SIZE) if self.shadow else 0

    def _ink(self, box: Box, shift: int = 0) -> Image.Image:
        """Draw the line's ink in a box, moved to its lower right before it is turned."""
        if not self._turns:
            return self.line.ink(box.translate(-shift, -shift))
        inward = rotation_matrix(self.line.size, self.size, self.rotation)
        needed = transformed_bounds(inward, box).translate(-shift, -shift).expand(_SUPPORT)
        # The margin is blank: glyphs that touch their box end as smoothly as all others.
        source = needed.intersection(self.line.reach.expand(_SUPPORT))
        if source is None:
            return Image.new("L", box.size)
        matrix = _between(inward, box, source.translate(shift, shift))
        # A quarter turn puts pixels on pixels: nothing is interpolated.
        kernel = Image.Resampling.BICUBIC if self.rotation % 90 else Image.Resampling.NEAREST
        return self.line.ink(source).transform(box.size, Image.Transform.AFFINE, matrix, kernel)


def _coloured(alpha: Image.Image, colour: Colour) -> Image.Image:
    layer = Image.new("RGBA", alpha.size, colour)
    layer.putalpha(alpha)
    return layer


def _between(matrix: Sequence[float], target: Box, source: Box) -> tuple[float, ...]:
    """Give the same matrix for coordinates that begin at the corners of two boxes."""
    a, b, c, d, e, f = matrix
    return (
        *(a, b, a * target.left + b * target.top + c - source.left),
        *(d, e, d * target.left + e * target.top + f - source.top),
    )
