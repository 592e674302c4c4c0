"""`ignore-error` as an action, and its detection in values that are errors (spec 02 §18b)."""

import pytest
from PIL import Image

from darkroom.imaging.operations.ignore_error import ignores_errors
from tests.pictures import animation, photographic, processed, shown, stored


@pytest.mark.parametrize(
    "value",
    [
        "image/ignore-error,1",
        "image/resize,w_1280,m_lfit/format,webp/ignore-error,1",
        "image/ignore-error,1/resize,w_0",
        "image//ignore-error,,1,/slim",
        "image/slim|image/ignore-error,1",
        "image/ignore-error,0/ignore-error,1",
        "image/ignore-error,1|sys/saveas,o_YQ",
        "image/" + "rotate,90/" * 1000 + "ignore-error,1",
    ],
)
def test_it_is_found_in_any_place(value: str) -> None:
    """The value itself may be invalid; the last one counts (C-178)."""
    assert ignores_errors(value)


@pytest.mark.parametrize(
    "value",
    [
        "image/resize,w_0",
        "image/ignore-error",
        "image/ignore-error,0",
        "image/ignore-error,2",
        "image/ignore-error,1,1",
        "image/ignore-error,1/ignore-error,0",
        "image/Ignore-Error,1",
        "image/resize,ignore-error,1",
        "resize,w_0/ignore-error,1",
        "style/a/ignore-error,1",
        "video/snapshot,t_1/ignore-error,1",
        "",
    ],
)
def test_any_other_value_has_none(value: str) -> None:
    """Only `ignore-error,1` as an action of `image/`."""
    assert not ignores_errors(value)


@pytest.mark.parametrize("text", ["ignore-error,1", "ignore-error,0"])
def test_a_result_is_the_same_without_it(text: str) -> None:
    """The action has no effect where there is no error; animations stay animated."""
    source = stored(photographic((16, 12)), "JPEG")
    assert processed(source, f"image/resize,w_8/{text}") == processed(source, "image/resize,w_8")
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    assert getattr(shown(processed(animation(frames), f"image/{text}")), "n_frames", 1) == 3
