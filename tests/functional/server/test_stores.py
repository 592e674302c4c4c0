"""`make run SERVER=1` with a store that is not S3."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.seaweedfs import KEY, weed
from tests.contract.real_stores import seaweedfs

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("options", [["--server"], []], ids=["server", "function"])
def test_a_store_without_notifications_is_said_in_one_line(
    tmp_path: Path, options: list[str]
) -> None:
    """Everything else works: the first line has the URL, and nothing is a traceback."""
    program = weed()
    if program is None:
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs SeaweedFS, which requirements-stores.txt installs")
    log = tmp_path / "log"
    with seaweedfs(program) as store, log.open("w") as errors:
        environ = {
            "PATH": os.environ["PATH"],
            "PORT": "0",
            "AWS_ENDPOINT_URL_S3": store,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
        }
        command = [sys.executable, "-m", "local", *options]
        with subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            assert process.stdout
            first = process.stdout.readline()
            process.terminate()
    assert first.startswith("ready: http://127.0.0.1:")
    lines = [line for line in log.read_text().splitlines() if "engine" not in line]
    assert lines == ["The store has no bucket notifications: rules of buckets start no jobs."]
