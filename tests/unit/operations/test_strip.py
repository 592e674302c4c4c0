"""`strip`: accepted without an effect (spec 02 §18c)."""

import pytest
from PIL import Image

from tests.pictures import animation, photographic, processed, shown, stored


@pytest.mark.parametrize("text", ["strip", "strip,1", "resize,w_8/strip", "strip/format,png"])
def test_the_result_is_the_same_without_it(text: str) -> None:
    """No result has metadata (C-116, C-179), so that nothing is left to remove."""
    source = stored(photographic((16, 12)), "JPEG")
    others = [action for action in text.split("/") if not action.startswith("strip")]
    plain = "image/" + ("/".join(others) or "auto-orient,1")
    assert processed(source, f"image/{text}") == processed(source, plain)


def test_an_animation_stays_animated() -> None:
    """It changes nothing of a frame."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    assert getattr(shown(processed(animation(frames), "image/strip")), "n_frames", 1) == 3
