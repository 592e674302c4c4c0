"""`flip`: mirroring (spec 02 §18a)."""

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.operations import compile_operations
from darkroom.process.grammar import parse
from tests.pictures import animation, coded, processed, shown
from tests.unit.operations.applied import applied


@pytest.mark.parametrize(
    ("direction", "moved"),
    [(0, (3, 4)), (1, (6, 1)), (2, (6, 4))],
    ids=["top to bottom", "left to right", "both"],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pixels_are_mirrored(direction: int, moved: tuple[int, int], mode: str) -> None:
    """The pixel at 3, 1 of 10 × 6 pixels moves; size and mode stay."""
    image = coded((10, 6), mode)
    result = applied(image, f"flip,{direction}")
    assert (result.mode, result.size) == (mode, (10, 6))
    assert result.getpixel(moved) == image.getpixel((3, 1))


def test_two_flips_are_none() -> None:
    """Each direction is its own inverse, and both directions are a half turn."""
    image = coded((9, 7))
    for direction in range(3):
        twice = applied(image, f"flip,{direction}/flip,{direction}")
        assert twice.tobytes() == image.tobytes()
    assert applied(image, "flip,2").tobytes() == applied(image, "rotate,180").tobytes()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("flip", Code.MISSING_ARGUMENT),
        ("flip,3", Code.INVALID_ARGUMENT),
        ("flip,horizontal", Code.INVALID_ARGUMENT),
        ("flip,0,1", Code.INVALID_ARGUMENT),
    ],
)
def test_another_value_is_refused(text: str, code: Code) -> None:
    """The value is 0, 1 or 2."""
    with pytest.raises(OssError) as caught:
        compile_operations(parse(f"image/{text}").actions)
    assert caught.value.code is code


def test_an_animation_becomes_its_first_frame() -> None:
    """As with `rotate` (C-177)."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    result = shown(processed(animation(frames), "image/flip,1"))
    assert getattr(result, "n_frames", 1) == 1
    assert result.convert("RGB").getpixel((4, 4)) == (255, 0, 0)
