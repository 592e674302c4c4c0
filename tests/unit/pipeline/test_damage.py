"""Cut and spoilt files: they show a picture or say what is wrong, and never anything else.

`pytest --hypothesis-profile=thorough` spoils each of them fifty times as often.
"""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from darkroom.errors import Code, OssError
from tests.conftest import Data, data_folder
from tests.pictures import animation, photographic, processed, stored

# Pillow warns of what it can still read; only what it raises is our business here.
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
"""Many files share the time of one test."""


def spoilt(data: bytes, edits: list[tuple[float, int]], cut: float) -> bytes:
    """Set bytes at shares of the file's length, and keep a share of the whole."""
    changed = bytearray(data)
    for place, value in edits:
        changed[int(place * len(data))] = value
    return bytes(changed[: round(cut * len(changed))])


def assert_answered(data: bytes, text: str) -> None:
    """Process a file that may be broken: whatever is refused is the file's fault."""
    try:
        processed(data, text)
    except OssError as error:
        refused = error
    else:
        return
    assert refused.status == 400
    assert refused.code in (Code.IMAGE_DAMAGE, Code.BAD_REQUEST, Code.IMAGE_TOO_LARGE)


@pytest.mark.parametrize("name", FILES)
def test_a_file_may_end_anywhere(name: str) -> None:
    """Cut at every single byte: nothing, or what is complete without the rest."""
    data = FILES[name]
    for end in range(len(data)):
        assert_answered(data[:end], "image/resize,w_9")


@pytest.mark.parametrize("name", [name for name in FILES if "animated" not in name])
@pytest.mark.parametrize("text", PROCESSES[2:])
def test_half_a_picture_is_not_shown(name: str, text: str) -> None:
    """The service does not repair what is damaged (spec 03 §1)."""
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
    """No exception but the catalogue's leaves the pipeline, and none of ours is a 5xx."""
    assert_answered(spoilt(FILES[name], edits, cut), text)


@pytest.mark.parametrize("name", REAL)
@few
@given(edits=EDITS, cut=CUTS)
def test_any_bytes_of_a_real_picture_may_be_wrong(
    data: Data, name: str, edits: list[tuple[float, int]], cut: float
) -> None:
    """The same holds for files of other encoders."""
    assert_answered(spoilt(data(name), edits, cut), "image/resize,w_9")


def test_the_real_pictures_are_where_they_are_looked_for() -> None:
    """A misspelt name would skip its test unnoticed: a folder that has one of them has all."""
    absent = [name for name in REAL if not (data_folder() / name).is_file()]
    assert absent in ([], list(REAL))
