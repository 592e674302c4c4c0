"""`auto-orient` (spec 02 §7): before everything else, wherever it stands."""

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import OutputPlan
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.operations.auto_orient import AutoOrient
from darkroom.imaging.picture import Header
from darkroom.imaging.pipeline import run
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from tests.conftest import Data
from tests.pictures import (
    difference,
    mean_difference,
    photographic,
    processed,
    shown,
    stored,
    with_orientation,
)
from tests.stand_ins import as_stored_by_camera

F = (424, 333)


def plan(orientation: int, size: Size) -> OutputPlan:
    """Make a plan for a JPEG of that orientation."""
    header = Header(format="jpg", size=size, orientation=orientation)
    return OutputPlan(header=header, format="jpg", upright=True)


EXAMPLES = [
    ("image/resize,w_100/auto-orient,0", (100, 79)),
    ("image/resize,w_100/auto-orient,1", (100, 127)),
    ("image/auto-orient,1/resize,w_100", (100, 127)),
    ("image/auto-orient,1", (333, 424)),
    ("image/auto-orient,0", (424, 333)),
    ("image/resize,w_100", (100, 127)),
    ("image/crop,w_50,h_20/auto-orient,1", (50, 20)),
]


@pytest.mark.parametrize(("text", "wanted"), EXAMPLES, ids=[text for text, _ in EXAMPLES])
def test_the_orientation_comes_before_every_other_step(text: str, wanted: Size) -> None:
    """The documented example, 424×333 with Orientation 7; one that is not written is 1 (C-63)."""
    source = with_orientation(Image.new("RGB", F, "teal"), 7)
    assert shown(processed(source, text)).size == wanted


def test_a_missing_action_may_mean_no_orientation() -> None:
    """A deployment can switch the default; what is written wins over it."""
    source = with_orientation(Image.new("RGB", F), 7)
    for text, wanted in (("image/quality,q_90", F), ("image/auto-orient,1", (333, 424))):
        operations = compile_operations(parse(text).actions)
        assert shown(run(source, operations, ProcessingContext(), upright=False)).size == wanted


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(80, 48), (75, 43)], ids=["multiples of 8", "odd"])
@pytest.mark.parametrize("text", ["image/format,png", "image/resize,w_20/format,png"])
def test_every_orientation_of_a_drawn_picture_looks_the_same(
    text: str, size: Size, orientation: int
) -> None:
    """As stored by a camera that was held in eight ways: 4 levels are JPEG's, scaled or not."""
    upright = photographic(size)
    wanted = shown(processed(stored(upright), text))
    source = with_orientation(as_stored_by_camera(upright, orientation), orientation)
    assert difference(shown(processed(source, text)), wanted) <= 4


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("text", ["image/format,png", "image/resize,w_150/format,png"])
def test_the_eight_photographs_look_the_same(sample: Data, text: str, orientation: int) -> None:
    """Within 4 levels on average: each was encoded by itself, with its number drawn into it."""
    one = shown(processed(sample("orientation-1.jpg"), text))
    other = shown(processed(sample(f"orientation-{orientation}.jpg"), text))
    assert mean_difference(one, other) < 4
    assert mean_difference(one, one.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) > 40


@pytest.mark.parametrize("action", ["auto-orient,1", "auto-orient,0"])
@pytest.mark.parametrize("word", ["jpg", "png", "webp", "tiff"])
def test_the_result_carries_no_orientation(word: str, action: str) -> None:
    """A viewer that obeys the tag must not turn it again (C-65)."""
    source = with_orientation(photographic((40, 24)), 6)
    result = shown(processed(source, f"image/{action}/format,{word}"))
    assert result.getexif().get(0x0112, 1) == 1
    assert result.size == ((24, 40) if action.endswith("1") else (40, 24))


@pytest.mark.parametrize("orientation", [3, 5, 6, 7, 8])
def test_a_large_picture_is_not_turned_on_demand(orientation: int) -> None:
    """Over 4096 pixels a side it is refused as by rotate (C-64)."""
    AutoOrient(upright=True).apply_to(plan(orientation, (4096, 4096)), Limits())
    with pytest.raises(OssError) as caught:
        AutoOrient(upright=True).apply_to(plan(orientation, (4097, 1)), Limits())
    assert (caught.value.code, caught.value.ec) == (Code.BAD_REQUEST, "0040-00000006")


@pytest.mark.parametrize(
    ("upright", "orientation"), [(False, 6), (True, 1), (True, 2), (True, 4)], ids=str
)
def test_what_needs_no_turn_has_no_limit(upright: bool, orientation: int) -> None:
    """Orientations that keep width and height are not held to the limit of a turn."""
    revised = AutoOrient(upright=upright).apply_to(plan(orientation, (9000, 1)), Limits())
    assert revised.upright is upright


def test_an_orientation_that_nobody_asked_for_never_fails() -> None:
    """C-64: only the written action is held to the limit."""
    source = with_orientation(Image.new("L", (4104, 16)), 6)
    assert shown(processed(source, "image/quality,q_50")).size == (16, 4104)
    with pytest.raises(OssError):
        processed(source, "image/quality,q_50/auto-orient,1")
