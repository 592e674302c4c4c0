"""How much of a mark is drawn: what is seen of it, once, a block at a time."""

import random
from dataclasses import dataclass, field

from PIL import Image

from darkroom.geometry import Box, Size
from darkroom.imaging.operations.watermark.compositing import BLOCK, Overlay, tile
from darkroom.imaging.operations.watermark.marks import MAX_RASTERIZED_PIXELS


@dataclass(frozen=True, kw_only=True)
class RecordingMark:
    """A mark that notes what is asked of it."""

    size: Size
    ink_bounds: Box
    grey: bool = True
    parts: list[Box] = field(default_factory=list)

    def render(self, box: Box) -> Image.Image:
        """Draw nothing."""
        self.parts.append(box)
        return Image.new("RGBA", box.size)


def area(box: Box) -> int:
    """Count the pixels of a rectangle."""
    return box.size[0] * box.size[1]


def asked(size: Size, mark: Size, corner: tuple[int, int], lean: int = 0) -> list[Box]:
    """Lay a mark, whose letters lean out on all sides, and tell what it was asked for."""
    ink_bounds = Box(0, 0, *mark).expand(lean)
    noting = RecordingMark(size=mark, ink_bounds=ink_bounds)
    Overlay(mark=noting, corners=[corner], opacity=100).draw_on(Image.new("L", size))
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
        seen = Box(0, 0, *mark).expand(lean).translate(*corner).intersection(Box(0, 0, *size))
        assert sum(map(area, parts)) == (area(seen) if seen else 0)
        assert all(max(part.size) <= BLOCK for part in parts)
        whole = [part.translate(*corner) for part in parts]
        assert all(part.intersection(Box(0, 0, *size)) == part for part in whole)
        assert not any(
            one.intersection(other) for n, one in enumerate(whole) for other in whole[n + 1 :]
        )


def test_a_small_tile_is_drawn_once() -> None:
    """However often it is laid."""
    small = RecordingMark(size=(3, 2), ink_bounds=Box(-1, -1, 5, 4))
    tile(small, (1, 0), (4000, 3000), 100).draw_on(Image.new("L", (4000, 3000)))
    assert small.parts == [small.ink_bounds]


def test_a_tile_is_drawn_no_further_than_it_is_seen() -> None:
    """A large one is cut at the picture; one that is too large to keep, drawn as it is laid."""
    wide = RecordingMark(size=(60_000, 90), ink_bounds=Box(0, 0, 60_000, 90))
    tile(wide, (0, 0), (400, 267), 100).draw_on(Image.new("L", (400, 267)))
    assert wide.parts == [Box(0, 0, 400, 90)]
    large = RecordingMark(size=(2000, 1100), ink_bounds=Box(0, 0, 2000, 1100))
    tile(large, (0, 0), (4000, 1100), 100).draw_on(Image.new("L", (4000, 1100)))
    assert area(large.ink_bounds) > MAX_RASTERIZED_PIXELS
    assert sum(map(area, large.parts)) == 2 * area(large.ink_bounds)
