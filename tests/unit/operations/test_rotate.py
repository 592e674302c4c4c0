"""`rotate` (spec 02 §6): exact by quarters, by the corners' bounding box otherwise."""

import cmath
import math
import random

import numpy as np
import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.operations.rotate import rotated_size
from tests.pictures import coded, difference, place
from tests.unit.operations.applied import applied, noise, samples

E = (400, 267)

EXAMPLES = [
    (0, E),
    (360, E),
    (90, (267, 400)),
    (180, E),
    (270, (267, 400)),
    (70, (388, 467)),
    (45, (472, 472)),
    (30, (480, 431)),
]


@pytest.mark.parametrize(("degrees", "wanted"), EXAMPLES, ids=str)
def test_a_worked_example_has_its_size(degrees: int, wanted: Size) -> None:
    """The bounding box, rounded (C-61): every row of spec 02 §6 and 06 §4."""
    assert applied(Image.new("L", E), f"rotate,{degrees}").size == wanted


def source(place: Size, degrees: int, size: Size) -> Size:
    """Tell from where a quarter turn, clockwise, takes a result's pixel."""
    (x, y), (width, height) = place, size
    match degrees:
        case 90:
            return y, height - 1 - x
        case 180:
            return width - 1 - x, height - 1 - y
        case 270:
            return width - 1 - y, x
        case _:
            return x, y


@pytest.mark.parametrize("size", [(7, 4), (1, 5), (1, 1), (16, 16)], ids=str)
@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 360])
def test_a_quarter_turn_moves_every_pixel_exactly(degrees: int, size: Size) -> None:
    """Clockwise, and no pixel is lost or mixed."""
    result = applied(coded(size), f"rotate,{degrees}")
    for y in range(result.height):
        for x in range(result.width):
            assert place(result, x, y) == source((x, y), degrees, size)


def test_the_canvas_is_the_bounding_box_of_the_turned_corners() -> None:
    """Rounded; the corners are turned as complex numbers here."""
    draw = random.Random(11)
    for _ in range(3000):
        size = draw.randint(1, 4096), draw.choice((1, 2, draw.randint(1, 4096)))
        degrees = draw.choice([angle for angle in range(1, 360) if angle % 90])
        turn = cmath.exp(1j * math.radians(degrees))
        corners = [turn * complex(x, y) for x in (0, size[0]) for y in (0, size[1])]
        across = max(c.real for c in corners) - min(c.real for c in corners)
        down = max(c.imag for c in corners) - min(c.imag for c in corners)
        wanted = max(1, math.floor(across + 0.5)), max(1, math.floor(down + 0.5))
        assert rotated_size(size, degrees) == wanted, (size, degrees)


@pytest.mark.parametrize("degrees", [1, 30, 45, 89, 135, 200, 300, 359])
def test_a_mark_lands_where_a_clockwise_turn_takes_it(degrees: int) -> None:
    """Its centre of mass, within half a pixel, measured from the canvas's middle."""
    image = Image.new("L", (80, 60), 0)
    image.paste(255, (60, 10, 65, 15))
    ink, alpha = np.moveaxis(samples(applied(image, f"rotate,{degrees}")), 2, 0)
    weights = np.where(ink > 20, ink * alpha, 0)
    rows, columns = np.indices(weights.shape) + 0.5
    found = complex(
        (weights * columns).sum() / weights.sum() - weights.shape[1] / 2,
        (weights * rows).sum() / weights.sum() - weights.shape[0] / 2,
    )
    wanted = complex(62.5 - 40, 12.5 - 30) * cmath.exp(1j * math.radians(degrees))
    assert abs(found - wanted) < 0.5


def even(mode: str) -> Image.Image:
    """Draw a picture of one dark grey."""
    return Image.new("L", (40, 30), 40).convert(mode)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_new_area_is_transparent_where_the_format_knows_transparency(mode: str) -> None:
    """C-62: a format with alpha has it in the corners, and the middle stays opaque."""
    result = applied(even(mode), "rotate,30", word="png")
    assert result.mode == (mode if mode.endswith("A") else mode + "A")
    alpha = result.getchannel("A")
    assert [alpha.getpixel(corner) for corner in _corners(result)] == [0] * 4
    assert alpha.getpixel((result.width // 2, result.height // 2)) == 255


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_new_area_is_white_where_it_does_not(mode: str) -> None:
    """C-62: JPG has white corners, and no dark line along the edges."""
    result = applied(even(mode), "rotate,30", word="jpg").convert("L")
    assert [result.getpixel(corner) for corner in _corners(result)] == [255] * 4
    assert result.getextrema() == (40, 255)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_no_pixel_of_the_edge_is_tinted_by_the_new_area(mode: str) -> None:
    """What is half covered has the picture's colour: no light fringe on a dark page."""
    seen = samples(applied(even(mode), "rotate,30", word="png"))
    assert set(np.unique(seen[..., :-1][seen[..., -1] > 0])) == {40}


def _corners(image: Image.Image) -> list[Size]:
    right, bottom = image.width - 1, image.height - 1
    return [(0, 0), (right, 0), (0, bottom), (right, bottom)]


def test_the_edge_of_a_turned_picture_is_smooth() -> None:
    """Coverage takes many values between none and all."""
    alpha = applied(Image.new("L", (80, 60)), "rotate,20").getchannel("A")
    assert len(alpha.getcolors() or []) > 50


def test_turning_back_gives_the_picture_again() -> None:
    """Within what two bicubic passes cost a smooth picture: 3 levels."""
    ramp = Image.linear_gradient("L").resize((90, 90))
    there = applied(ramp, "rotate,33", word="jpg")
    back = applied(there, "rotate,327", word="jpg")
    left, top = (back.width - 60) // 2, (back.height - 60) // 2
    middle = back.crop((left, top, left + 60, top + 60))
    assert difference(middle, ramp.crop((15, 15, 75, 75))) <= 3


@pytest.mark.parametrize("size", [(4097, 10), (10, 4097)], ids=str)
@pytest.mark.parametrize("degrees", [90, 45])
def test_a_side_over_4096_is_not_turned(size: Size, degrees: int) -> None:
    """The size at this step counts, after what came before."""
    image = Image.new("L", size)
    with pytest.raises(OssError) as caught:
        applied(image, f"rotate,{degrees}")
    assert (caught.value.code, caught.value.ec) == (Code.BAD_REQUEST, "0040-00000006")
    assert applied(image, f"resize,l_2000/rotate,{degrees}").width > 0


def test_a_large_picture_may_be_scaled_first() -> None:
    """5100×100: 2000 wide first, then turned (spec 03 §7)."""
    assert applied(Image.new("L", (5100, 100)), "resize,w_2000/rotate,90").size == (39, 2000)


def test_half_a_turn_twice_is_nothing() -> None:
    """In every mode."""
    for mode in ("L", "LA", "RGB", "RGBA"):
        image = noise(mode, (9, 7))
        assert difference(applied(image, "rotate,180/rotate,180"), image) == 0
