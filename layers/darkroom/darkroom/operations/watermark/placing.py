"""Where a mark stands on a picture: whole pixels, no pictures (spec 02 §15.1)."""

from dataclasses import dataclass

from darkroom.limits import Size
from darkroom.operations.geometry import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An anchor with its distances, in pixels of the picture."""

    gravity: str
    x: int
    y: int
    voffset: int

    def corner(self, size: Size, mark: Size) -> tuple[int, int]:
        """Give the upper left corner of a mark of one size on a picture of another."""
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


def visible(size: Size, mark: Size, corner: tuple[int, int]) -> Box | None:
    """Give the part of a picture that a mark covers, or none when it misses the picture."""
    left, top = max(corner[0], 0), max(corner[1], 0)
    right, bottom = min(corner[0] + mark[0], size[0]), min(corner[1] + mark[1], size[1])
    return Box(left, top, right, bottom) if left < right and top < bottom else None
