"""Truncated and corrupted files give a picture or a 400, and no other exception.

`pytest --hypothesis-profile=thorough` runs fifty times as many examples.
"""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from darkroom.errors import Code, OssError
from tests.conftest import Data, data_folder
from tests.pictures import animation, photographic, processed, stored

# Pillow warns about damage that it can still read; these tests check exceptions only.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SMALL = photographic((20, 14))
FRAMES = [SMALL.rotate(40 * n) for n in range(3)]
CAMERA = Image.Exif()
CAMERA[0x112] = 6
CAMERA[0x11A] = CAMERA[0x11B] = 72.0

FILES: Mapping[str, bytes] = {
    "baseline.jpg": stored(SMALL, "JPEG", exif=CAMERA),
    "progressive.jpg": stored(SMALL, "JPEG", progressive=True),
    "cmyk.jpg": stored(SMALL.convert("CMYK"), "JPEG"),
    "colour.png": stored(SMALL),
    "palette.png": stored(SMALL.quantize(16)),
    "still.gif": stored(SMALL, "GIF"),
    "animated.gif": animation(FRAMES, "GIF", duration=50),
    "lossy.webp": stored(SMALL, "WEBP", exif=CAMERA),
    "lossless.webp": stored(SMALL, "WEBP", lossless=True),
    "animated.webp": animation(FRAMES, "WEBP", duration=50),
    "colour.bmp": stored(SMALL, "BMP"),
    "lzw.tiff": stored(SMALL, "TIFF", compression="tiff_lzw"),
    "fax.tiff": stored(SMALL.convert("1"), "TIFF", compression="group4"),
}

REAL = (
    *("example.jpg", "f.jpg", "cmyk-no-profile.jpg", "16-bit-grey-alpha.png"),
    *("animated-loop-3.gif", "cogs.gif", "animated-loop-3.webp", "winter-1440x960.heic"),
)

PROCESSES = ["image/resize,w_9", "image/info", "image/rotate,45/format,png", "image/format,webp"]

# Bytes are set anywhere, half of them near the header; then the file may be cut.
SHARES = st.integers(0, 10**6 - 1).map(lambda millionths: millionths / 10**6)
PLACES = SHARES | SHARES.map(lambda share: share**4)
EDITS = st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=12)
CUTS = st.just(1.0) | SHARES

few = settings(max_examples=settings().max_examples // 3)
"""A third of the examples, since each test runs for many files."""


def corrupted(data: bytes, edits: list[tuple[float, int]], cut: float) -> bytes:
    """Set bytes at fractions of the file's length, then truncate it to a fraction."""
    changed = bytearray(data)
    for place, value in edits:
        changed[int(place * len(data))] = value
    return bytes(changed[: round(cut * len(changed))])


def assert_result_or_client_error(data: bytes, text: str) -> None:
    """Process a file that may be damaged: an error must be a 400 about the file."""
    try:
        processed(data, text)
    except OssError as error:
        refused = error
    else:
        return
    assert refused.status == 400
    assert refused.code in (Code.IMAGE_DAMAGE, Code.BAD_REQUEST, Code.IMAGE_TOO_LARGE)


@pytest.mark.parametrize("name", FILES)
def test_a_file_may_be_truncated_anywhere(name: str) -> None:
    """A file truncated at any byte gives a result or a 400."""
    data = FILES[name]
    for end in range(len(data)):
        assert_result_or_client_error(data[:end], "image/resize,w_9")


@pytest.mark.parametrize("name", [name for name in FILES if "animated" not in name])
@pytest.mark.parametrize("text", PROCESSES[2:])
def test_half_a_picture_is_refused(name: str, text: str) -> None:
    """The service does not repair damaged files (spec 03 §1)."""
    data = FILES[name]
    with pytest.raises(OssError) as caught:
        processed(data[: len(data) // 2], text)
    assert caught.value.code is Code.IMAGE_DAMAGE


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("text", PROCESSES)
@few
@given(edits=EDITS, cut=CUTS)
def test_any_bytes_may_be_wrong(
    name: str, text: str, edits: list[tuple[float, int]], cut: float
) -> None:
    """The pipeline raises catalogue errors only, and none of them is a 5xx."""
    assert_result_or_client_error(corrupted(FILES[name], edits, cut), text)


@pytest.mark.parametrize("name", REAL)
@few
@given(edits=EDITS, cut=CUTS)
def test_any_bytes_of_a_real_picture_may_be_wrong(
    data: Data, name: str, edits: list[tuple[float, int]], cut: float
) -> None:
    """The same holds for files of other encoders."""
    assert_result_or_client_error(corrupted(data(name), edits, cut), "image/resize,w_9")


def test_the_test_data_contains_all_real_pictures_or_none() -> None:
    """A misspelt name would skip its test: a folder that has one of them has all."""
    absent = [name for name in REAL if not (data_folder() / name).is_file()]
    assert absent in ([], list(REAL))
