"""Where marks stand on pictures and beside each other: whole pixels, no pictures (spec 02 §15)."""

from collections.abc import Sequence
from dataclasses import dataclass

from darkroom.geometry import Size

type Corner = tuple[int, int]
"""Where the upper left of a mark lies, in pixels of what it lies on; outside it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An anchor with its distances, in pixels of the picture (spec 02 §15.1)."""

    gravity: str
    x: int
    y: int
    voffset: int

    def corner(self, size: Size, mark: Size) -> Corner:
        """Place a mark of one size on a picture of another."""
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
    """Put boxes side by side on a common top (0), middle (1) or bottom (2) (spec 02 §15.4).

    Gives the size of the row and where each box is.
    """
    height = max(size[1] for size in sizes)
    corners = []
    left = 0
    for width, own_height in sizes:
        corners.append((left, (height - own_height) * align // 2))
        left += width + interval
    return (left - interval, height), corners


def tiles(size: Size, step: Size) -> Sequence[Corner]:
    """Cover a picture from its upper left on (C-81)."""
    across, down = range(0, size[0], step[0]), range(0, size[1], step[1])
    return [(left, top) for top in down for left in across]
