"""What all tests share: the folder of real pictures, which is not part of the project."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Busy machines draw slowly, and some operations take few of the arguments that are drawn.
PATIENT = (HealthCheck.too_slow, HealthCheck.filter_too_much)
# In CI the same change is judged by the same examples.
SAME = bool(os.environ.get("CI"))

settings.register_profile(
    "steady", deadline=None, suppress_health_check=PATIENT, derandomize=SAME, print_blob=True
)
settings.register_profile("thorough", deadline=None, max_examples=5000)
settings.load_profile("steady")  # pytest --hypothesis-profile=thorough takes its time instead

type Data = Callable[[str], bytes]
"""Reads one of the real pictures by file name."""


def data_folder() -> Path:
    """Where the real pictures are, if they are anywhere."""
    beside = Path(__file__).parents[2] / "shared/data"
    return Path(os.environ.get("DARKROOM_TEST_DATA") or beside)


@pytest.fixture(scope="session")
def data() -> Data:
    """Read a real test picture, or skip where the folder of them is absent."""

    def read(name: str) -> bytes:
        path = data_folder() / name
        if not path.is_file():
            pytest.skip(f"needs the test picture {name}: set DARKROOM_TEST_DATA to its folder")
        return path.read_bytes()

    return read
