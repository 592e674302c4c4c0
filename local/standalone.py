"""The service for other projects' tests: `darkroom local`, installed by the extra `local`.

Stores in memory, two empty buckets, one access key, and the server of the container. The wheel has
this module and those that it needs as the package `darkroom_local`.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import boto3

from . import queues, resources
from .child_processes import ChildProcess, StartError
from .moto_server import stores


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalServer:
    """A running server with everything that a client needs."""

    url: str
    public_bucket: str = resources.PUBLIC
    """Everybody may read it."""
    private_bucket: str = resources.PRIVATE
    access_key_id: str = str(resources.ACCESS_KEY["id"])
    """May do everything in both buckets."""
    access_key_secret: str = str(resources.ACCESS_KEY["secret"])


@contextmanager
def running(port: int = 0) -> Iterator[LocalServer]:
    """Run stores and server until the block ends; raises `StartError`.

    The environment of this process is left as it is.
    """
    with stores({}) as addresses:
        environment = {**_without_settings(os.environ), **addresses, **_settings(addresses)}
        command = [sys.executable, "-m", "darkroom", "serve", "--with-jobs", "--port", str(port)]
        quiet = {"DARKROOM_WORKERS": "1", "POWERTOOLS_LOG_LEVEL": "WARNING"}
        server = ChildProcess(command, environment={**environment, **quiet})
        try:
            url = server.read_line().removeprefix("ready: ")
            if not url:
                raise StartError("the server did not start")
            yield LocalServer(url=url)
        finally:
            server.stop()


def _without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out what belongs to other deployments and stores."""
    prefixes = ("AWS_", "DARKROOM_")
    return {name: value for name, value in environ.items() if not name.startswith(prefixes)}


def _settings(addresses: Mapping[str, str]) -> dict[str, str]:
    """Create the buckets, the table, the key and the queues; return the server's settings."""
    session = boto3.Session(
        aws_access_key_id=addresses["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=addresses["AWS_SECRET_ACCESS_KEY"],
        region_name=addresses["AWS_DEFAULT_REGION"],
    )

    def endpoint(service: str) -> str:
        return addresses[f"AWS_ENDPOINT_URL_{service}"]

    s3 = session.client("s3", endpoint_url=endpoint("S3"))
    sqs = session.client("sqs", endpoint_url=endpoint("SQS"))
    for bucket in (resources.PUBLIC, resources.PRIVATE, resources.RESULTS):
        resources.ensure_bucket(s3, bucket)
    resources.ensure_table(session.client("dynamodb", endpoint_url=endpoint("DYNAMODB")))
    resources.ensure_keys(
        session.client("secretsmanager", endpoint_url=endpoint("SECRETS_MANAGER"))
    )
    found = queues.ensure_queues(sqs)
    for bucket in (resources.PUBLIC, resources.PRIVATE):
        queues.notify_of_objects(s3, sqs, bucket, found)
    fonts = os.environ.get("DARKROOM_FONTS")
    return {
        **{name: text for name, text in resources.SETTINGS.items() if name != "DARKROOM_FONTS"},
        "DARKROOM_BUCKETS": json.dumps(
            {resources.PUBLIC: {"acl": "public-read"}, resources.PRIVATE: {}}
        ),
        **found.settings,
        **({"DARKROOM_FONTS": fonts} if fonts else {}),
    }


def main(arguments: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; print one line of JSON for programs after the address."""
    parser = argparse.ArgumentParser(
        prog="darkroom local", description="Serve with stores in memory, for tests."
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, is any free one")
    port = parser.parse_args(arguments).port
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with running(port) as server:
            names = {
                "bucket": server.private_bucket,
                "public_bucket": server.public_bucket,
                "access_key_id": server.access_key_id,
                "access_key_secret": server.access_key_secret,
            }
            print(f"ready: {server.url}", json.dumps(names), sep="\n", flush=True)
            while not stopped.wait(0.2):
                pass
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
