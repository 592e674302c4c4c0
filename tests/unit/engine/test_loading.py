"""Where there is no engine, it is told why, and nothing else happens."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from darkroom.imaging.engine import Engine, Scaling, load
from darkroom.imaging.engine_library import VERSION, Unavailable, library_path, open_library
from tests.unit.engine.models import drawn


def test_no_library(tmp_path: Path) -> None:
    """Other systems and processors have none."""
    with pytest.raises(Unavailable, match="no libdarkroom_engine"):
        load(tmp_path / "libdarkroom_engine.so")


def test_not_a_library(tmp_path: Path) -> None:
    """A file that the system's loader refuses, as it does one for another processor or Pillow."""
    path = tmp_path / "libdarkroom_engine.so"
    path.write_bytes(b"\x7fELF and nothing more")
    with pytest.raises(Unavailable):
        load(path)


def test_another_pillow(library: Path, tmp_path: Path) -> None:
    """The library names the libjpeg that it goes with; no other one is taken for it."""
    changed = tmp_path / library.name
    data = library.read_bytes()
    start = data.index(b"libjpeg-")
    changed.write_bytes(data[:start] + b"libjpeg-00000000" + data[start + 16 :])
    with pytest.raises(Unavailable, match="libjpeg-00000000"):
        load(changed)


def test_a_library_of_something_else() -> None:
    """One without the engine's functions."""
    path = next(
        path
        for line in Path("/proc/self/maps").read_text().splitlines()
        if (path := Path(line.split()[-1])).name.startswith("libc.so")
    )
    with pytest.raises(Unavailable, match="darkroom_"):
        load(path)


def test_loaded_and_tried(library: Path) -> None:
    """What was built passes its trial, as often as it is asked for."""
    assert isinstance(load(library), Engine)
    assert isinstance(load(library), Engine)
    assert open_library(library).version == VERSION


def test_one_file_a_processor() -> None:
    """So that one layer serves both."""
    assert library_path().name == f"libdarkroom_engine.{os.uname().machine}.so"


def test_threads_share_an_engine(engine: Engine) -> None:
    """It has no state: results do not depend on what runs beside it."""
    image = drawn((300, 200), "RGBA")
    scaling = Scaling.whole(image.size, (91, 61))
    alone = engine.area_average(image, scaling).tobytes()
    with ThreadPoolExecutor(4) as threads:
        results = threads.map(lambda _: engine.area_average(image, scaling), range(40))
    assert {result.tobytes() for result in results} == {alone}
