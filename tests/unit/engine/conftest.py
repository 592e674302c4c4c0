"""The engine, built from the sources as they are, for the tests of this folder."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from darkroom.imaging.engine import Engine, load

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the library for this machine, or skip where what builds it is not installed."""
    for package in ("ziglang", "libjpeg"):
        if importlib.util.find_spec(package) is None:
            pytest.skip("needs what engine/requirements.txt names")
    folder = tmp_path_factory.mktemp("engine")
    subprocess.run([sys.executable, ROOT / "engine/build.py", folder], check=True)
    return folder / f"libdarkroom_engine.{os.uname().machine}.so"


@pytest.fixture(scope="session")
def engine(library: Path) -> Engine:
    """Load what was built."""
    return load(library)
