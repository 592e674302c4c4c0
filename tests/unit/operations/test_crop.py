"""`crop` (spec 02 §2): each kept pixel of a coded picture tells where it was."""

import random

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from tests.pictures import coded, difference, place
from tests.unit.operations.applied import applied, noise

E = (400, 267)

EXAMPLES = [
    (E, "w_100,h_100,x_100,y_100,r_1", (100, 100), (100, 100)),
    (E, "x_100,y_50", (300, 217), (100, 50)),
    (E, "x_100,y_50,w_100,h_100", (100, 100), (100, 50)),
    (E, "w_200,h_200,g_se", (200, 200), (200, 67)),
    (E, "x_10,y_10,w_200,h_200,g_se", (190, 190), (210, 77)),
    (E, "w_100,h_100,g_nw", (100, 100), (0, 0)),
    (E, "w_100,h_100,g_north", (100, 100), (150, 0)),
    (E, "w_100,h_100,g_ne", (100, 100), (300, 0)),
    (E, "w_100,h_100,g_west", (100, 100), (0, 83)),
    (E, "w_100,h_100,g_center", (100, 100), (150, 83)),
    (E, "w_100,h_100,g_east", (100, 100), (300, 83)),
    (E, "w_100,h_100,g_sw", (100, 100), (0, 167)),
    (E, "w_100,h_100,g_south", (100, 100), (150, 167)),
    (E, "w_100,h_100,g_se", (100, 100), (300, 167)),
    (E, "w_1000,h_1000", E, (0, 0)),
    (E, "w_16384", E, (0, 0)),
    (E, "", E, (0, 0)),
    (E, "w_0,h_0", E, (0, 0)),
    (E, "h_10", (400, 10), (0, 0)),
    (E, "x_399,y_266", (1, 1), (399, 266)),
    ((1, 1), "w_1,h_1,g_center", (1, 1), (0, 0)),
    ((5, 4), "w_2,h_2,g_center", (2, 2), (1, 1)),
    ((4, 5), "w_3,h_3,g_center", (3, 3), (1, 1)),
]


@pytest.mark.parametrize(
    ("size", "text", "wanted", "start"),
    EXAMPLES,
    ids=[f"{s[0]}x{s[1]}-{t}" for s, t, _, _ in EXAMPLES],
)
def test_a_worked_example_keeps_its_rectangle(
    size: Size, text: str, wanted: Size, start: Size
) -> None:
    """Every row of spec 02 §2 and of 06 §3–4, C-52: size, first and last pixel."""
    result = applied(coded(size), f"crop,{text}")
    assert result.size == wanted
    assert place(result, 0, 0) == start
    last = start[0] + wanted[0] - 1, start[1] + wanted[1] - 1
    assert place(result, wanted[0] - 1, wanted[1] - 1) == last


def test_a_crop_is_a_window_whatever_it_is_asked_for() -> None:
    """No pixel changes: the result equals the rectangle of its corner pixels."""
    draw = random.Random(3)
    image = coded((61, 47))
    for _ in range(300):
        shift = f"x_{draw.randrange(15)},y_{draw.randrange(11)}"
        wanted = f"w_{draw.randint(0, 70)},h_{draw.randint(0, 60)}"
        gravity = draw.choice(("nw", "north", "west", "center"))
        result = applied(image, f"crop,{shift},{wanted},g_{gravity}")
        left, top = place(result, 0, 0)
        box = (left, top, left + result.width, top + result.height)
        assert difference(result, image.crop(box)) == 0


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (E, "x_400"),
        (E, "y_267"),
        (E, "x_1,w_100,g_se,x_400"),
        (E, "w_100,h_100,g_ne,x_100"),
        (E, "w_100,h_100,g_sw,y_100"),
        (E, "x_30000,y_30000"),
        ((1, 1), "x_10,y_10,w_100,h_100"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_start_outside_the_picture_is_refused(size: Size, text: str) -> None:
    """BadRequest in the documented words (C-53)."""
    with pytest.raises(OssError) as caught:
        applied(Image.new("L", size), f"crop,{text}")
    assert caught.value.code is Code.BAD_REQUEST
    assert caught.value.message == "Advance cut's position is out of image."


@pytest.mark.parametrize("gravity", ["face", "auto"])
def test_a_gravity_that_looks_for_faces_is_not_implemented(gravity: str) -> None:
    """It needs another product (C-97), and is told apart from a wrong word."""
    with pytest.raises(OssError) as caught:
        applied(Image.new("L", E), f"crop,w_100,g_{gravity}")
    assert caught.value.status == 501


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_mode_stays_itself(mode: str) -> None:
    """Cutting introduces no colour and no transparency."""
    assert applied(noise(mode, (9, 7)), "crop,w_5,x_1").mode == mode
