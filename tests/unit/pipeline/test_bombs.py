"""Decompression bombs are refused by their header, within limits of time and memory."""

from pathlib import Path

import pytest

from darkroom.errors import Code, OssError
from tests.bombs import BOMBS
from tests.conftest import Data
from tests.measure import AVAILABLE, Cost, costs
from tests.pictures import photographic, processed, stored

REAL = ("bomb-16384x16384.png", "bomb-65535x66601.gif")

WARM = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
"""Formats processed first, so that no measurement includes the import of a plugin."""


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("text", ["image/resize,w_10", "image/info"])
def test_a_bomb_is_too_large(name: str, text: str) -> None:
    """A file of at most 50 kB over a limit of spec 03 §6 is ImageTooLarge for every process."""
    assert len(BOMBS[name]) < 50_000
    with pytest.raises(OssError) as caught:
        processed(BOMBS[name], text)
    assert caught.value.code is Code.IMAGE_TOO_LARGE


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cost]:
    """Return the cost of each bomb, measured in one process."""
    folder = tmp_path_factory.mktemp("bombs")
    warm = {word: stored(photographic((8, 8)), word) for word in WARM}
    for name, content in {**warm, **BOMBS}.items():
        (folder / name).write_bytes(content)
    found = costs([(folder / name, "image/resize,w_10") for name in (*warm, *BOMBS)])
    return dict(zip(BOMBS, found[len(warm) :], strict=True))


def assert_cheap(cost: Cost) -> None:
    """Assert less than 0.2 s of processor time and 60 MB of additional memory."""
    assert cost.outcome == "ImageTooLarge"
    assert cost.seconds < 0.2
    assert cost.peak - cost.before < 60


@pytest.mark.skipif(not AVAILABLE, reason="needs Linux's /proc to measure memory")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_cheaply(measured: dict[str, Cost], name: str) -> None:
    """Refusing a bomb takes less than 0.2 s of processor time and 60 MB."""
    assert_cheap(measured[name])


@pytest.mark.skipif(not AVAILABLE, reason="needs Linux's /proc to measure memory")
@pytest.mark.parametrize("name", REAL)
def test_a_published_bomb_is_refused_cheaply(sample: Data, tmp_path: Path, name: str) -> None:
    """The same limits hold for bombs published by other projects."""
    warm = tmp_path / "warm"
    warm.write_bytes(stored(photographic((8, 8)), name[-3:].upper()))
    bomb = tmp_path / name
    bomb.write_bytes(sample(name))
    assert_cheap(costs([(warm, "image/resize,w_4"), (bomb, "image/resize,w_4")])[1])
