"""`interlace` (spec 02 §14): progressive JPEG on demand."""

import pytest

from darkroom.errors import Code, OssError
from tests.pictures import photographic, processed, shown, stored

JPEG = stored(photographic((32, 24)), "JPEG")
PROGRESSIVE = stored(photographic((32, 24)), "JPEG", progressive=True)
PNG = stored(photographic((32, 24)))


@pytest.mark.parametrize(
    ("source", "text", "progressive"),
    [
        (JPEG, "image/interlace,1", True),
        (JPEG, "image/interlace,0", False),
        (PROGRESSIVE, "image/interlace,0", False),
        (PROGRESSIVE, "image/resize,w_8", False),
        (PNG, "image/interlace,1/format,jpg", True),
        (PNG, "image/format,jpg/interlace,1", True),
        (JPEG, "image/interlace,1/resize,w_8/interlace,0", False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_jpg_appears_step_by_step_when_asked_to(
    source: bytes, text: str, progressive: bool
) -> None:
    """Baseline by default, even from a progressive source; the place of the action is no matter."""
    image = shown(processed(source, text))
    assert image.format == "JPEG"
    assert bool(image.info.get("progressive")) is progressive


@pytest.mark.parametrize("word", ["png", "webp", "bmp", "tiff"])
def test_other_formats_ignore_it(word: str) -> None:
    """Only JPG has it (documented)."""
    one, other = (processed(JPEG, f"image/format,{word}/interlace,{flag}").body for flag in "01")
    assert one == other


@pytest.mark.parametrize("text", ["interlace,2", "interlace,abc", "interlace,1,1"])
def test_anything_but_a_flag_is_refused(text: str) -> None:
    """InvalidArgument."""
    with pytest.raises(OssError) as caught:
        processed(JPEG, f"image/{text}")
    assert caught.value.code is Code.INVALID_ARGUMENT
