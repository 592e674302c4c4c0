"""Files that are cut off or corrupt: the engine judges them as Pillow does."""

import io
import random
from typing import Any

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine, JpegFile, Scaling
from darkroom.imaging.engine_library import Damaged, Enlarges, Unsupported
from darkroom.imaging.formats.jpeg import read_segments
from tests.conftest import Data
from tests.pictures import processed
from tests.unit.engine.jpegs import SAMPLINGS, jpeg, opened

MUTATIONS = 3000

KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "4:4:4": {"subsampling": "4:4:4"},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 3},
}
"""What is written differently."""

END = b"\xff\xd9"

TRAILERS = [b"", b"\xff", b"\0\0\0\0", b"\xff\xe2\0\x09trai"]
"""What may stand in place of the end marker."""


def shown(data: bytes) -> Image.Image | None:
    """Decode by Pillow; give none where it refuses."""
    try:
        return opened(data).copy()
    except (OSError, SyntaxError, ValueError):
        return None


def decoded(engine: Engine, data: bytes, size: tuple[int, int], share: int = 3) -> Image.Image:
    """Decode to a fraction of the size."""
    scaled = (-(-size[0] // share), -(-size[1] // share))
    return engine.decode_jpeg_image(JpegFile(header=data), Scaling.whole(size, scaled))


def header_size(data: bytes) -> tuple[int, int] | None:
    """Read the size from the header as Pillow does, or give none where it refuses."""
    try:
        image = Image.open(io.BytesIO(data), formats=["JPEG"])
    except (OSError, SyntaxError, ValueError):
        return None
    return image.size


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_file_in_two_pieces_is_the_same(engine: Engine, kind: str, mode: str) -> None:
    """Whole or without its end, and with segments in front that no pixel depends on."""
    size = (50, 40)
    plain = jpeg(size, mode, **KINDS[kind])
    data = plain[:2] + b"\xff\xe5\x00\x09segment" + plain[2:]
    for end in (len(data), len(data) // 2, data.index(b"\xff\xda") + 3):
        pieces = read_segments(data[:end]).in_pieces(data[:end])
        results = []
        for file in (JpegFile(header=data[:end]), pieces):
            try:
                image = engine.decode_jpeg_image(file, Scaling.whole(size, (25, 20)))
                results.append(image.tobytes())
            except Damaged as error:
                results.append(str(error).encode())
        assert results[0] == results[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_its_last_samples_is_damaged(engine: Engine, kind: str) -> None:
    """Wherever it is cut off, in the header as well."""
    data = jpeg((50, 40), **KINDS[kind])
    for length in range(2, len(data) - 8):
        with pytest.raises(Damaged):
            decoded(engine, data[:length], (50, 40))


@pytest.mark.parametrize("trailer", TRAILERS, ids=repr)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_lacks_only_its_end_marker_is_whole(
    engine: Engine, kind: str, trailer: bytes
) -> None:
    """Every sample is there (C-180), also where a trailer stands in place of the marker."""
    data = jpeg((50, 40), **KINDS[kind])
    assert data.endswith(END)
    whole = decoded(engine, data, (50, 40))
    assert decoded(engine, data[:-2] + trailer, (50, 40)).tobytes() == whole.tobytes()


def test_a_trailer_that_looks_like_scans(engine: Engine) -> None:
    """As cameras write behind panoramas: what stands behind the last sample spoils none."""
    image = jpeg((50, 40))
    broken = image[:-2] + 30 * b"\xff\xda\0\x0c\x11\x22\xff\xe1\x33\x44"
    assert decoded(engine, broken, (50, 40)).tobytes() == decoded(engine, image, (50, 40)).tobytes()


def test_a_progressive_file_without_its_last_scan_is_damaged(engine: Engine) -> None:
    """Not even where the scan before it is complete, and only detail is missing."""
    data = jpeg((50, 40), progressive=True)
    starts = [i for i in range(len(data) - 1) if data[i : i + 2] == b"\xff\xda"]
    assert len(starts) > 2
    for start in starts[1:]:
        with pytest.raises(Damaged):
            decoded(engine, data[:start], (50, 40))


@pytest.mark.parametrize("name", ["truncated.jpg", "corrupt-header.jpg"])
def test_damaged_files(engine: Engine, data: Data, name: str) -> None:
    """Real ones."""
    size = header_size(data(name)) or (100, 100)
    with pytest.raises(Damaged):
        decoded(engine, data(name), size)


def taller(data: bytes, height: int) -> bytes:
    """State another height in the header of the frame."""
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + height.to_bytes(2) + data[place + 2 :]


@pytest.mark.parametrize("missing", ["cut", "taller"])
def test_an_early_end_marker_is_judged_by_the_pixels(engine: Engine, missing: str) -> None:
    """By Pillow's path, with the engine as without it (C-180)."""
    data = jpeg((1000, 600), quality=95)
    spoiled = data[: len(data) // 2] + END if missing == "cut" else taller(data, 1600)
    size = header_size(spoiled)
    assert size is not None
    with pytest.raises(Unsupported, match="missing in front of a marker"):
        decoded(engine, spoiled, size)
    for process in ("image/resize,w_50", "image/resize,w_50/format,png"):
        for context in (ProcessingContext(), ProcessingContext(engine=engine)):
            assert processed(data, process, context).body
            with pytest.raises(OssError) as refused:
                processed(spoiled, process, context)
            assert refused.value.code is Code.IMAGE_DAMAGE


def mutated(data: bytes, draw: random.Random) -> bytes:
    """Change, remove or repeat a few bytes, or cut the file off."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 5))):
        place = draw.randrange(2, len(changed))
        match draw.randrange(6):
            case 0 | 1:
                changed[place] = draw.randrange(256)
            case 2:
                changed[place] ^= 1 << draw.randrange(8)
            case 3:
                del changed[place : place + draw.randint(1, 9)]
            case 4:
                changed[place:place] = changed[place : place + draw.randint(1, 9)]
            case 5 if draw.random() < 0.3:
                del changed[max(place, 3) :]
    return bytes(changed)


def is_whole_but_for_its_end(data: bytes) -> bool:
    """Whether Pillow shows it when a few bytes less are followed by an end marker."""
    return any(shown(data[: len(data) - cut] + END) is not None for cut in range(16))


@pytest.mark.parametrize("kind", KINDS)
def test_mutations_are_judged_alike(engine: Engine, kind: str) -> None:
    """Same verdict on thousands of them, but for what is whole without an end marker.

    A file whose header Pillow refuses never comes to the engine.
    """
    draw = random.Random(f"mutations {kind}")
    original = jpeg((40, 33), **KINDS[kind])
    for _ in range(MUTATIONS // len(KINDS)):
        data = mutated(original, draw)
        size = header_size(data)
        if size is None or size[0] * size[1] > 1_000_000:
            continue
        expected = shown(data)
        try:
            result = decoded(engine, data, size)
        except Damaged:
            assert expected is None
        except (Unsupported, Enlarges):
            continue
        else:
            assert result.mode in ("L", "RGB")
            assert expected is not None or is_whole_but_for_its_end(data)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_whatever_is_no_jpeg_is_damaged(engine: Engine, sampling: str) -> None:
    """Noise, nothing, and noise behind a header."""
    noise = random.Random(sampling).randbytes(3000)
    for data in (b"", b"\xff", b"\xff\xd8", noise, jpeg((9, 9), subsampling=sampling)[:30] + noise):
        with pytest.raises(Damaged):
            engine.jpeg_header(data)
