"""`indexcrop` (spec 02 §3): pieces of a coded picture, told by their places."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from tests.pictures import coded, difference, place
from tests.unit.operations.applied import applied, noise

E = (400, 267)

EXAMPLES = [
    (E, "x_100,i_0", (100, 267), (0, 0)),
    (E, "x_100", (100, 267), (0, 0)),
    (E, "x_100,i_3", (100, 267), (300, 0)),
    (E, "x_100,i_4", E, (0, 0)),
    (E, "x_100,i_100", E, (0, 0)),
    (E, "x_100,i_1000000", E, (0, 0)),
    (E, "y_100,i_10", E, (0, 0)),
    (E, "y_100,i_2", (400, 67), (0, 200)),
    (E, "x_150,i_2", (100, 267), (300, 0)),
    (E, "x_100,y_100,i_1", (400, 100), (0, 100)),
    (E, "x_400,i_0", E, (0, 0)),
    (E, "x_401", E, (0, 0)),
    (E, "x_100000", E, (0, 0)),
    (E, "x_1,i_399", (1, 267), (399, 0)),
    ((1, 1), "y_1", (1, 1), (0, 0)),
]


@pytest.mark.parametrize(
    ("size", "text", "wanted", "start"),
    EXAMPLES,
    ids=[f"{s[0]}x{s[1]}-{t}" for s, t, _, _ in EXAMPLES],
)
def test_a_worked_example_keeps_its_piece(size: Size, text: str, wanted: Size, start: Size) -> None:
    """Every row of spec 02 §3: y wins over x, past the last piece nothing is cut (C-54)."""
    result = applied(coded(size), f"indexcrop,{text}")
    assert result.size == wanted
    assert place(result, 0, 0) == start
    last = start[0] + wanted[0] - 1, start[1] + wanted[1] - 1
    assert place(result, wanted[0] - 1, wanted[1] - 1) == last


@pytest.mark.parametrize("step", [1, 7, 30, 31, 59, 60, 61])
def test_the_pieces_together_are_the_picture(step: int) -> None:
    """None overlaps another, none is left out."""
    image = coded((61, 5))
    rebuilt = coded((61, 5)).point(lambda _: 0)
    count = -(-61 // step)
    for index in range(count):
        part = applied(image, f"indexcrop,x_{step},i_{index}")
        rebuilt.paste(part, (index * step, 0))
    assert difference(rebuilt, image) == 0


@pytest.mark.parametrize("text", ["", "i_1", "X_100"])
def test_a_length_is_asked_for(text: str) -> None:
    """Neither x nor y: MissingArgument (C-55)."""
    with pytest.raises(OssError) as caught:
        applied(coded((4, 4)), f"indexcrop,{text}")
    assert caught.value.code is Code.MISSING_ARGUMENT


@pytest.mark.parametrize("text", ["x_0", "x_0,y_0", "x_0,i_0", "x_100,y_0"])
def test_no_length_may_be_nothing(text: str) -> None:
    """EC 0040-00000230, also beside a length that is well."""
    with pytest.raises(OssError) as caught:
        applied(coded((4, 4)), f"indexcrop,{text}")
    assert (caught.value.code, caught.value.ec) == (Code.INVALID_ARGUMENT, "0040-00000230")


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_mode_stays_itself(mode: str) -> None:
    """Cutting introduces no colour and no transparency."""
    assert applied(noise(mode, (9, 7)), "indexcrop,y_3,i_2").mode == mode
