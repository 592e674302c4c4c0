"""Real stores of other makers on loopback: SeaweedFS for S3, dynalite for DynamoDB."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import seaweedfs as weeds
from local.child_processes import ChildProcess, free_port

DYNALITE = Path(__file__).parent / "node_modules/dynalite/cli.js"

START_SECONDS = 60.0


@contextmanager
def seaweedfs(program: str) -> Iterator[str]:
    """Run SeaweedFS in a temporary folder; yield the URL of its S3 interface."""
    with (
        tempfile.TemporaryDirectory(prefix="darkroom-weed-") as folder,
        weeds.seaweedfs(program, Path(folder)) as url,
    ):
        yield url


@contextmanager
def dynalite(node: str) -> Iterator[str]:
    """Run dynalite with its data in memory; yield its URL."""
    port = free_port()
    command = [node, str(DYNALITE), "--port", str(port), "--createTableMs", "0"]
    command += ["--deleteTableMs", "0", "--updateTableMs", "0"]
    url = f"http://127.0.0.1:{port}"
    server = ChildProcess(command, output=subprocess.DEVNULL)
    try:
        weeds.wait_until_answered(url, START_SECONDS)
        yield url
    finally:
        server.stop()
