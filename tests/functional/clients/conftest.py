"""The whole application on loopback, for real clients over real HTTP."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Data

ROOT = Path(__file__).parents[3]

KEY_ID, SECRET = "darkroom", "darkroom-secret"
PUBLIC, PRIVATE = "demo", "demo-private"
REGION = "cn-hangzhou"

NODE_MODULES = Path(__file__).with_name("node_modules")


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory, data: Data) -> Iterator[str]:
    """Run it as `make run` does, with the reference picture among its samples."""
    images = tmp_path_factory.mktemp("images")
    for name in ("example.jpg", "nodejs-1024x768.png"):
        (images / name).write_bytes(data(name))
    environ = {"PATH": os.environ["PATH"], "PORT": "0", "IMAGES": str(images)}
    process = subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    ready = re.fullmatch(r"ready: (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
    assert ready, "the first line says where it is ready"
    yield ready[1]
    process.terminate()
    process.communicate(timeout=20)


@pytest.fixture(scope="session")
def node() -> str:
    """Find Node.js and ali-oss beside these tests; only in CI they may not be missing."""
    found = shutil.which("node")
    if not found or not (NODE_MODULES / "ali-oss").is_dir():
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs Node.js, npm and what `make test` installs with them")
    return found
