"""The library's build."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

MOST_BYTES = 2_000_000


def test_size(library: Path) -> None:
    """It adds less than 2 MB to what is deployed."""
    assert library.stat().st_size < MOST_BYTES


def test_two_builds_are_the_same_bytes(library: Path, tmp_path: Path) -> None:
    """In another folder, with nothing kept from the build before."""
    sources = tmp_path / "elsewhere/engine"
    shutil.copytree(ROOT / "engine", sources, ignore=shutil.ignore_patterns("build"))
    caches = {
        "ZIG_LOCAL_CACHE_DIR": str(tmp_path / "local"),
        "ZIG_GLOBAL_CACHE_DIR": str(tmp_path / "global"),
    }
    subprocess.run(
        [sys.executable, sources / "build.py", tmp_path],
        env={**os.environ, **caches},
        check=True,
    )
    again = tmp_path / library.name
    assert (
        hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(library.read_bytes()).digest()
    )


@pytest.mark.parametrize("path", sorted((ROOT / "engine").glob("**/*.[ch]")), ids=lambda p: p.name)
def test_functions_fit_on_a_screen(path: Path) -> None:
    """Fifty lines at most, between the braces at the start of a line."""
    start = 0
    for number, line in enumerate(path.read_text().splitlines()):
        if line == "{":
            start = number
        elif line == "}":
            assert number - start <= 50, f"{path.name}:{start}"
