"""Positions of marks on pictures and next to each other, in whole pixels (spec 02 §15)."""

from collections.abc import Sequence

from msgspec import Struct

from darkroom.geometry import Size

type Corner = tuple[int, int]
"""Position of a mark's upper left corner in the picture's pixels; may lie outside the picture."""


class Anchor(Struct, frozen=True, kw_only=True):
    """A gravity with distances in pixels of the picture (spec 02 §15.1)."""

    gravity: str
    x: int
    y: int
    voffset: int

    def corner(self, size: Size, mark: Size) -> Corner:
        """Return the position of a mark of size `mark` on a picture of `size`."""
        return self._left(size[0], mark[0]), self._top(size[1], mark[1])

    def _left(self, width: int, mark: int) -> int:
        match self.gravity:
            case "nw" | "west" | "sw":
                return self.x
            case "ne" | "east" | "se":
                return width - mark - self.x
            case _:
                return (width - mark) // 2

    def _top(self, height: int, mark: int) -> int:
        match self.gravity:
            case "nw" | "north" | "ne":
                return self.y
            case "sw" | "south" | "se":
                return height - mark - self.y
            case _:
                return (height - mark) // 2 + self.voffset


def layout_row(sizes: Sequence[Size], interval: int, align: int) -> tuple[Size, Sequence[Corner]]:
    """Place boxes side by side, aligned at top (0), middle (1) or bottom (2) (spec 02 §15.4).

    Returns the size of the row and the corner of each box.
    """
    height = max(size[1] for size in sizes)
    corners = []
    left = 0
    for width, own_height in sizes:
        corners.append((left, (height - own_height) * align // 2))
        left += width + interval
    return (left - interval, height), corners


def tiles(size: Size, step: Size) -> Sequence[Corner]:
    """Return the corners of tiles that cover `size`, from the upper left corner (C-81)."""
    across, down = range(0, size[0], step[0]), range(0, size[1], step[1])
    return [(left, top) for top in down for left in across]
