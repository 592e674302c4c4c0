"""Pictures in more parts than any has: refused before anything is done about the parts."""

import time
import zlib
from collections.abc import Mapping

import pytest

from darkroom.errors import Code, OssError
from tests.bombs import gif
from tests.colours import chunk
from tests.pictures import processed
from tests.structure_bombs import chunks, filled, hidden, scans, scans_again, segments

pytestmark = pytest.mark.usefixtures("own_objects_only")

MEGABYTE = zlib.compress(bytes(1_000_000), 9)
"""What a colour profile may be inflated to."""

CROWDS: Mapping[str, bytes] = {
    "jpg of 101 scans": scans(101),
    "jpg of 100000 scans": scans(100_000),
    "jpg of 1001 segments": segments(1001),
    "jpg of 200000 EXIF segments": segments(200_000, b"Exif\0\0" + bytes(90)),
    "jpg with hidden EXIF segments": hidden(300),
    "jpg with 65537 bytes of fill": filled(65_537),
    "jpg with 20 MB of fill": filled(20_000_000),
    "jpg with 20 MB of rubbish": filled(20_000_000, b"\1"),
    "png of 50001 chunks": chunks(50_001),
    "png of 1700000 chunks": chunks(1_700_000),
    "png of 1000 profiles": chunks(1000, b"iCCP", b"a\0\0" + MEGABYTE),
    "gif of 10001 frames": gif((1, 1), 10_001),
}

PICTURES: Mapping[str, bytes] = {
    "jpg of 100 scans": scans(100),
    "jpg of 900 segments": segments(900),
    "jpg of 256 full EXIF segments": segments(256, b"Exif\0\0" + bytes(65_000)),
    "jpg with 65000 bytes of fill": filled(65_000),
    "png of 45000 chunks": chunks(45_000),
    "png of 10 profiles": chunks(10, b"iCCP", b"a\0\0" + MEGABYTE),
    "png with much behind its end": chunks(0) + chunk(b"teSt", b"") * 90_000,
}


@pytest.mark.parametrize("process", ["image/resize,w_10", "image/info"])
@pytest.mark.parametrize("name", CROWDS)
def test_a_crowd_is_refused_at_once(name: str, process: str) -> None:
    """In less processor time than an ordinary picture takes, whatever is asked of it."""
    began = time.process_time()
    with pytest.raises(OssError) as caught:
        processed(CROWDS[name], process)
    assert caught.value.code is Code.IMAGE_TOO_LARGE
    assert time.process_time() - began < 0.5


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about the EXIF blocks
@pytest.mark.parametrize("name", PICTURES)
def test_what_is_just_within_the_bounds_is_a_picture(name: str) -> None:
    """And has its price: three seconds of processor at most."""
    began = time.process_time()
    assert processed(PICTURES[name], "image/resize,w_10").body
    assert time.process_time() - began < 3


def test_behind_a_whole_scan_the_decoder_stops_at_another() -> None:
    """Counting the others would take longer than decoding a thumbnail; the picture is whole."""
    began = time.process_time()
    assert processed(scans_again(100_000), "image/resize,w_10").format == "jpg"
    assert time.process_time() - began < 0.5
