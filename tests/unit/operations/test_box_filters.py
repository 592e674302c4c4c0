"""Rectangles of whole pixels, against the sets of pixels that they stand for."""

import random
from collections.abc import Iterator

from darkroom.geometry import Box, Size, transformed_bounds, union


def pixels_of(box: Box) -> set[Size]:
    """List the pixels of a rectangle."""
    return {(x, y) for x in range(box.left, box.right) for y in range(box.top, box.bottom)}


def rectangles(count: int) -> Iterator[tuple[Box, Box]]:
    """Draw pairs of small rectangles, many of which meet, touch or lie in each other."""
    draw = random.Random(23)
    for _ in range(count):
        corners = [(draw.randint(-4, 4), draw.randint(-4, 4)) for _ in range(2)]
        one, other = (Box(x, y, x + draw.randint(1, 5), y + draw.randint(1, 5)) for x, y in corners)
        yield one, other


def test_two_rectangles_have_the_pixels_in_common_that_lie_in_both() -> None:
    """And none when they only touch."""
    for one, other in rectangles(2000):
        common = one.intersection(other)
        assert (pixels_of(common) if common else set()) == pixels_of(one) & pixels_of(other)


def test_the_box_around_rectangles_is_the_least_that_holds_them() -> None:
    """An empty one around none."""
    for one, other in rectangles(2000):
        whole = pixels_of(one) | pixels_of(other)
        box = union([one, other])
        assert whole <= pixels_of(box)
        assert (box.left, box.top) == tuple(map(min, zip(*whole, strict=True)))
        assert (box.right - 1, box.bottom - 1) == tuple(map(max, zip(*whole, strict=True)))
    assert union([]) == (0, 0, 0, 0)


def test_a_rectangle_is_moved_and_grown_by_whole_pixels() -> None:
    """Its size stays, or gains the margin on both sides."""
    box = Box(1, 2, 5, 9)
    assert box.translate(-3, 4) == (-2, 6, 2, 13)
    assert box.expand(2) == (-1, 0, 7, 11)
    assert box.expand(2).size == (8, 11)


def test_an_affine_image_lies_within_the_box_around_it() -> None:
    """Tightly: each side is touched to within a pixel."""
    draw = random.Random(29)
    for box, _ in rectangles(2000):
        affine = [draw.uniform(-3, 3) for _ in range(6)]
        a, b, c, d, e, f = affine
        corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        across = [a * x + b * y + c for x, y in corners]
        down = [d * x + e * y + f for x, y in corners]
        left, top, right, bottom = transformed_bounds(affine, box)
        assert 0 <= min(across) - left < 1
        assert 0 <= min(down) - top < 1
        assert 0 <= right - max(across) < 1
        assert 0 <= bottom - max(down) < 1
