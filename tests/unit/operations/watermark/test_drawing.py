"""How much of a mark is drawn: what is seen of it, once, a block at a time."""

import random
from dataclasses import dataclass, field

from PIL import Image

from darkroom.geometry import Box
from darkroom.imaging.operations.watermark.compositing import BLOCK, Laying, tiled
from darkroom.imaging.operations.watermark.marks import SMALL
from darkroom.limits import Size


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A mark that notes what is asked of it."""

    size: Size
    reach: Box
    grey: bool = True
    parts: list[Box] = field(default_factory=list)

    def part(self, box: Box) -> Image.Image:
        """Draw nothing."""
        self.parts.append(box)
        return Image.new("RGBA", box.size)


def area(box: Box) -> int:
    """Count the pixels of a rectangle."""
    return box.size[0] * box.size[1]


def asked(size: Size, mark: Size, corner: tuple[int, int], lean: int = 0) -> list[Box]:
    """Lay a mark, whose letters lean out on all sides, and tell what it was asked for."""
    reach = Box(0, 0, *mark).grown(lean)
    noting = Asked(size=mark, reach=reach)
    Laying(mark=noting, corners=[corner], opacity=100).drawn(Image.new("L", size))
    return noting.parts


def test_a_small_mark_on_a_large_picture_is_asked_for_itself() -> None:
    """Its cost does not depend on the picture's size."""
    assert asked((2725, 2225), (270, 51), (2445, 2164)) == [Box(0, 0, 270, 51)]


def test_a_mark_out_of_sight_is_not_asked() -> None:
    """Nor one that only touches the picture."""
    assert asked((400, 267), (100, 50), (400, 0)) == []
    assert asked((400, 267), (100, 50), (0, -50)) == []


def test_what_is_seen_is_asked_for_once_in_blocks() -> None:
    """No pixel is drawn twice, none is left out, and no part is large."""
    draw = random.Random(41)
    for _ in range(300):
        size = draw.randint(1, 3000), draw.randint(1, 3000)
        mark = draw.randint(1, 60_000), draw.randint(1, 3000)
        corner = draw.randint(-50_000, 3000), draw.randint(-3000, 3000)
        lean = draw.choice((0, 7))
        parts = asked(size, mark, corner, lean)
        seen = Box(0, 0, *mark).grown(lean).moved(*corner).common(Box(0, 0, *size))
        assert sum(map(area, parts)) == (area(seen) if seen else 0)
        assert all(max(part.size) <= BLOCK for part in parts)
        whole = [part.moved(*corner) for part in parts]
        assert all(part.common(Box(0, 0, *size)) == part for part in whole)
        assert not any(one.common(other) for n, one in enumerate(whole) for other in whole[n + 1 :])


def test_a_small_tile_is_drawn_once() -> None:
    """However often it is laid."""
    tile = Asked(size=(3, 2), reach=Box(-1, -1, 5, 4))
    tiled(tile, (1, 0), (4000, 3000), 100).drawn(Image.new("L", (4000, 3000)))
    assert tile.parts == [tile.reach]


def test_a_tile_is_drawn_no_further_than_it_is_seen() -> None:
    """A large one is cut at the picture; one that is too large to keep, drawn as it is laid."""
    wide = Asked(size=(60_000, 90), reach=Box(0, 0, 60_000, 90))
    tiled(wide, (0, 0), (400, 267), 100).drawn(Image.new("L", (400, 267)))
    assert wide.parts == [Box(0, 0, 400, 90)]
    large = Asked(size=(2000, 1100), reach=Box(0, 0, 2000, 1100))
    tiled(large, (0, 0), (4000, 1100), 100).drawn(Image.new("L", (4000, 1100)))
    assert area(large.reach) > SMALL
    assert sum(map(area, large.parts)) == 2 * area(large.reach)
