"""What all tests share: the folder of real pictures, which is not part of the project."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

type Data = Callable[[str], bytes]
"""Reads one of the real pictures by file name."""


@pytest.fixture(scope="session")
def data() -> Data:
    """Read a real test picture, or skip where the folder of them is absent."""
    beside = Path(__file__).parents[2] / "shared/data"
    folder = Path(os.environ.get("DARKROOM_TEST_DATA") or beside)

    def read(name: str) -> bytes:
        path = folder / name
        if not path.is_file():
            pytest.skip(f"needs the test picture {name}: set DARKROOM_TEST_DATA to its folder")
        return path.read_bytes()

    return read
