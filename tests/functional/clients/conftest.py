"""The whole application on loopback, for the vendor's clients over HTTP."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

import pytest

from tests.conftest import Data

ROOT = Path(__file__).parents[3]

KEY_ID, SECRET = "darkroom", "darkroom-secret"
PUBLIC, PRIVATE = "demo", "demo-private"
REGION = "cn-hangzhou"

RECORD = "DARKROOM_TEST_RECORD"
"""Names the file of the observations, which `make conformance` has (tests/evidence)."""

NODE_MODULES = Path(__file__).with_name("node_modules")


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory, sample: Data) -> Path:
    """Write the reference pictures, or their stand-ins, to a folder that the application serves."""
    folder = tmp_path_factory.mktemp("images")
    for name in ("example.jpg", "nodejs-1024x768.png"):
        (folder / name).write_bytes(sample(name))
    return folder


@pytest.fixture(scope="session")
def example(images: Path) -> bytes:
    """Read the picture that is served as `example.jpg`: a JPEG of 400×267."""
    return (images / "example.jpg").read_bytes()


@pytest.fixture(scope="session")
def endpoint(images: Path) -> Iterator[str]:
    """Run the application as `make run` does, and yield its URL."""
    with served(images) as url:
        yield url


def etag(body: bytes) -> str:
    """Compute the ETag of an object that was stored by one PUT."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest().upper()


def outcomes_of(*command: str) -> dict[str, str]:
    """Run a client's program, which prints `ok` or an error for each use of the client."""
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, finished.stderr
    outcomes: dict[str, str] = json.loads(finished.stdout)
    return outcomes


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """URLs of the application, without a slash at their end."""

    service: str
    playground: str


@contextmanager
def served(
    images: Path, *options: str, log: IO[str] | int = subprocess.DEVNULL, **variables: str
) -> Iterator[str]:
    """Run the application until the block ends, and yield its URL."""
    with running(images, *options, log=log, **variables) as addresses:
        yield addresses.service


@contextmanager
def running(
    images: Path, *options: str, log: IO[str] | int = subprocess.DEVNULL, **variables: str
) -> Iterator[Addresses]:
    """Run the application until the block ends, and yield the URLs of service and page."""
    record = os.environ.get(RECORD)
    environ = {"PATH": os.environ["PATH"], "PORT": "0", "IMAGES": str(images)}
    if record:
        environ |= {RECORD: record, "PYTHONPATH": str(ROOT / "layers/darkroom")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.evidence.served" if record else "local", *options],
        cwd=ROOT,
        env={**environ, **variables},
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    assert process.stdout
    lines = process.stdout.readline() + process.stdout.readline()
    urls = re.fullmatch(r"ready: (http://127\.0\.0\.1:\d+)\nplayground: (http\S+)\n", lines)
    assert urls, "the first two lines have the URLs"
    # A full pipe would block the application, so a thread reads and discards the log.
    drain = Thread(target=process.stdout.read)
    drain.start()
    try:
        yield Addresses(service=urls[1], playground=urls[2])
    finally:
        process.terminate()
        process.wait(timeout=20)
        drain.join()
        process.stdout.close()


@pytest.fixture(scope="session")
def node() -> str:
    """Find Node.js and ali-oss in this folder; skip without them, fail in CI."""
    found = shutil.which("node")
    if not found or not (NODE_MODULES / "ali-oss").is_dir():
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs Node.js, npm and what `make test` installs with them")
    return found
