"""No broken file gets anything but a picture or a clean refusal (C-102)."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.picture import Frame, Output
from tests.unit.formats.drawing import encode, processed, quarters, stored

REFUSALS = {Code.IMAGE_DAMAGE, Code.BAD_REQUEST, Code.IMAGE_TOO_LARGE}

BYTES = st.sampled_from(
    [b"\0", b"\x7f", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\xff\xff"]
)

PLACES = st.one_of(st.integers(4, 60), st.integers(4, 400), st.integers(4, 10_000))


@cache
def whole(word: str) -> bytes:
    """Write a small file, with frames and transparency where the format has them."""
    frames = [quarters((40, 30)), quarters((40, 30)).rotate(180)]
    if FORMATS[word].alpha:
        frames[1].putalpha(Image.linear_gradient("L").resize((40, 30)))
    if not FORMATS[word].animated:
        del frames[0]
    quality = 80 if FORMATS[word].default_quality else None
    output = Output(format=word, alpha=True, frames=len(frames), quality=quality)
    return encode((Frame(frame, 20) for frame in frames), output)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about spoilt metadata
@settings(deadline=None, max_examples=60, derandomize=True)
@given(data=st.data())
@pytest.mark.parametrize("process", ["info", "resize,w_10", "format,png"])
@pytest.mark.parametrize("word", FORMATS)
def test_a_broken_file_is_refused(word: str, process: str, data: st.DataObject) -> None:
    """Some bytes are others, and the file may end too early: that is nobody's internal error."""
    file = whole(word)
    for place, wrong in data.draw(st.lists(st.tuples(PLACES, BYTES), min_size=1, max_size=4)):
        at = place % len(file)
        file = file[:at] + wrong + file[at + len(wrong) :]
    file = file[: data.draw(st.one_of(st.just(len(file)), st.integers(4, len(file))))]
    try:
        processed(file, process)
    except OssError as refused:
        assert refused.code in REFUSALS  # noqa: PT017 - most files pass, some are refused


def test_a_sequence_without_a_time_scale_is_damage() -> None:
    """Its plugin divides by it."""
    frames = {"save_all": True, "append_images": [quarters((32, 32)).rotate(90)]}
    data = stored(quarters((32, 32)), "avif", **frames)
    at = data.index(b"mdhd") + 4
    assert data[at] == 1  # the version with times of eight bytes
    scale = at + 4 + 8 + 8
    broken = data[:scale] + bytes(4) + data[scale + 4 :]
    with pytest.raises(OssError) as refused:
        processed(broken, "format,png")
    assert refused.value.code is Code.IMAGE_DAMAGE
