"""PNG: libpng's choice of row filters, the service's compression, and nothing else."""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from darkroom.imaging.engine import Engine
from darkroom.imaging.engine_library import Misused
from darkroom.imaging.png_encoder import png
from tests.conftest import Data
from tests.unit.engine.models import drawn

MODES = ["L", "LA", "RGB", "RGBA"]


def chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give kind and data of each chunk, their checks proven."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    position = 8
    while position < len(file):
        length, kind = struct.unpack_from(">I4s", file, position)
        data = file[position + 8 : position + 8 + length]
        (check,) = struct.unpack_from(">I", file, position + 8 + length)
        assert check == zlib.crc32(kind + data)
        yield kind, data
        position += 12 + length


def paeth(left: int, up: int, corner: int) -> int:
    """Predict as the standard says (section 9.4)."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda level: abs(guess - level))


def best_filtered(row: bytes, above: bytes, pixel: int) -> bytes:
    """Filter a row in all five ways; give the one of the least sum, the first of equals."""
    left, corner = bytes(pixel) + row[:-pixel], bytes(pixel) + above[:-pixel]
    predictions = (
        bytes(len(row)),
        left,
        above,
        bytes((a + b) // 2 for a, b in zip(left, above, strict=True)),
        bytes(map(paeth, left, above, corner)),
    )
    ways = [bytes((a - b) % 256 for a, b in zip(row, guess, strict=True)) for guess in predictions]
    sums = [sum(min(level, 256 - level) for level in way) for way in ways]
    best = sums.index(min(sums))
    return bytes([best]) + ways[best]


@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 12)),
    pixel=st.integers(1, 8),
    seed=st.integers(0, 2**32 - 1),
    top=st.booleans(),
)
def test_each_row_gets_its_best_filter(
    engine: Engine, size: tuple[int, int], pixel: int, seed: int, top: bool
) -> None:
    """Least sum of absolute values over all five, with and without a row above."""
    steps = np.random.default_rng(seed).integers(-3, 4, (size[1] + 1, size[0] * pixel))
    rows = [row.tobytes() for row in np.cumsum(steps, axis=1).astype(np.uint8)]
    above = None if top else rows[0]
    filtered = engine.png_filter(
        b"".join(rows[1:]), above, row_bytes=len(rows[0]), pixel_bytes=pixel
    )
    pairs = zip(rows[1:], [above or bytes(len(rows[0])), *rows[1:]], strict=False)
    assert filtered == b"".join(best_filtered(row, before, pixel) for row, before in pairs)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (57, 33), (900, 500)], ids=str)
def test_pixels_come_back(engine: Engine, mode: str, size: tuple[int, int]) -> None:
    """In the same mode, from one band of rows or from several."""
    image = drawn(size, mode)
    shown = Image.open(io.BytesIO(png(image, engine)))
    assert (shown.mode, shown.size) == (mode, size)
    assert shown.tobytes() == image.tobytes()


def test_chunks(engine: Engine) -> None:
    """Header, data in pieces of 8192 bytes, end; nothing that tells where the file is from."""
    kinds, pieces = zip(*chunks(png(drawn((300, 300), "RGB"), engine)), strict=True)
    assert kinds == (b"IHDR", *[b"IDAT"] * (len(kinds) - 2), b"IEND")
    assert {len(piece) for piece in pieces[1:-2]} == {8192}
    assert 0 < len(pieces[-2]) <= 8192


def test_the_service_has_as_many_bytes(engine: Engine, data: Data) -> None:
    """`format,png` of example.jpg has 160733 bytes there (spec 06, T7)."""
    image = Image.open(io.BytesIO(data("example.jpg"))).convert("RGB")
    assert len(png(image, engine)) == 160_733


def test_rows_of_no_length_are_refused(engine: Engine) -> None:
    """A row holds whole pixels."""
    with pytest.raises(Misused):
        engine.png_filter(bytes(10), None, row_bytes=10, pixel_bytes=3)
