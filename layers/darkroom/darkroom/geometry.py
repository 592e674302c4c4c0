"""Box arithmetic in whole pixels (spec 02 §1.2, §2).

Ratios are compared by cross-multiplication, so that equal ratios compare as equal.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

type Size = tuple[int, int]
"""Width and height in pixels."""


class Box(NamedTuple):
    """A rectangle; `right` and `bottom` are the first column and row outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> Size:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def translate(self, right: int, down: int) -> "Box":
        """Return the rectangle moved by whole pixels; negative numbers move it left and up."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def expand(self, margin: int) -> "Box":
        """Return the rectangle with `margin` more pixels on every side."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def intersection(self, other: "Box") -> "Box | None":
        """Return the pixels that lie in both rectangles, None where they do not overlap."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around all boxes, an empty one for none."""
    left, top, right, bottom = zip(*(list(boxes) or [Box(0, 0, 0, 0)]), strict=True)
    return Box(min(left), min(top), max(right), max(bottom))


def transformed_bounds(affine: Sequence[float], box: Box) -> Box:
    """Return the smallest box of whole pixels around the affine image of a box."""
    a, b, c, d, e, f = affine
    corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    across = [a * x + b * y + c for x, y in corners]
    down = [d * x + e * y + f for x, y in corners]
    upper_left = math.floor(min(across)), math.floor(min(down))
    return Box(*upper_left, math.ceil(max(across)), math.ceil(max(down)))


def area(size: Size) -> int:
    """Return the number of pixels."""
    return size[0] * size[1]


def scale_length(length: int, numerator: int, denominator: int) -> int:
    """Return a length times a ratio, rounded half up, at least one pixel."""
    return max(1, (2 * length * numerator + denominator) // (2 * denominator))


def scale_to_width(size: Size, width: int) -> Size:
    """Scale proportionally to exactly this width."""
    return width, scale_length(size[1], width, size[0])


def scale_to_height(size: Size, height: int) -> Size:
    """Scale proportionally to exactly this height."""
    return scale_length(size[0], height, size[1]), height


def fit_inside(size: Size, box: Size) -> Size:
    """Scale proportionally to the largest size that fits the box."""
    return scale_to_width(size, box[0]) if is_wider(size, box) else scale_to_height(size, box[1])


def cover(size: Size, box: Size) -> Size:
    """Scale proportionally to the smallest size that covers the box."""
    return scale_to_height(size, box[1]) if is_wider(size, box) else scale_to_width(size, box[0])


def is_wider(size: Size, box: Size) -> bool:
    """Whether the size is at least as wide, for its height, as the box."""
    return size[0] * box[1] >= size[1] * box[0]


def enlarges(size: Size, scaled: Size) -> bool:
    """Return whether a side becomes longer."""
    return scaled[0] > size[0] or scaled[1] > size[1]


def scale_percent(size: Size, share: int) -> Size:
    """Scale both sides to a percentage, each rounded half up (C-48)."""
    return scale_length(size[0], share, 100), scale_length(size[1], share, 100)


def centre_offset(inner: Size, outer: Size) -> Size:
    """Return the offset of `inner` centred in `outer`, floored; negative where it is larger."""
    return (outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2


def reduced(size: Size, scale: int) -> Size:
    """Return the size to which a JPEG decoder reduces a picture; it rounds up."""
    return -(-size[0] // scale), -(-size[1] // scale)


def reduced_by(size: Size, pixels: Size) -> int:
    """Return the scale, 1 to 8, at which a JPEG decoder reduces `size` to `pixels`."""
    return next(scale for scale in (1, 2, 4, 8) if pixels == reduced(size, scale))


def _start(_length: int, _part: int) -> int:
    return 0


def _middle(length: int, part: int) -> int:
    # Each half is floored, which is not the floor of half the difference (C-52).
    return length // 2 - part // 2


def _end(length: int, part: int) -> int:
    return length - part


_ANCHORS: dict[str, tuple[Callable[[int, int], int], Callable[[int, int], int]]] = {
    "nw": (_start, _start),
    "north": (_middle, _start),
    "ne": (_end, _start),
    "west": (_start, _middle),
    "center": (_middle, _middle),
    "east": (_end, _middle),
    "sw": (_start, _end),
    "south": (_middle, _end),
    "se": (_end, _end),
}

GRAVITIES = tuple(_ANCHORS)
"""The nine anchors, row by row."""


def crop_box(size: Size, wanted: Size, gravity: str, shift: Size) -> Box | None:
    """Return the rectangle placed by gravity, shifted right and down, and clipped (spec 02 §2).

    A wanted side of 0 extends to the edge. None if the rectangle would start outside.
    """
    width, height = (min(want or side, side) for want, side in zip(wanted, size, strict=True))
    across, down = _ANCHORS[gravity]
    left = across(size[0], width) + shift[0]
    top = down(size[1], height) + shift[1]
    if left >= size[0] or top >= size[1]:
        return None
    return Box(left, top, min(left + width, size[0]), min(top + height, size[1]))


def slice_bounds(length: int, step: int, index: int) -> tuple[int, int] | None:
    """Return start and end of the slice `index` of a length cut every `step`, None past its end."""
    start = index * step
    return (start, min(start + step, length)) if start < length else None


def disc_box(size: Size, radius: int) -> Box:
    """Return the square around a disc on the middle pixel, of at most half the shorter side.

    Of two middle pixels the left or upper one is taken (C-56, C-57).
    """
    width, height = size
    x, y = (width - 1) // 2, (height - 1) // 2
    fitting = min(radius, (min(size) - 1) // 2)
    return Box(x - fitting, y - fitting, x + fitting + 1, y + fitting + 1)
