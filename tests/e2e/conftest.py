"""Fixtures: the built process function in the Lambda emulator, with S3 over HTTP."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from local.child_processes import StartError
from local.emulator import Pool, Programs, emulated
from local.gateway import Gateway
from local.moto_server import stores
from local.sam_build import BuiltFunction, read_function
from local.server import Server, serving
from local.triggers import Trigger
from tests.e2e.stores import BUCKET, connected, gradient, put

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUILD = Path(__file__).parents[2] / ".aws-sam/build"

ENVIRONMENT = {
    "DARKROOM_BUCKETS": json.dumps(
        {"pictures": {"s3": BUCKET, "acl": "public-read"}, "closed": {}}
    ),
    "DARKROOM_BASE_DOMAINS": "oss.example.com",
    "DARKROOM_RESULTS_BUCKET": "results",
    "DARKROOM_KEYS_SECRET": "",
    "DARKROOM_TABLE": "",
    "DARKROOM_JOBS_QUEUE": "",
    "DARKROOM_DEAD_LETTER_QUEUE": "",
}


class Reply(NamedTuple):
    """A response as a client sees it; header names are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes


def received(response: HTTPResponse) -> Reply:
    """Read a response."""
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, headers, response.read())


type Fetch = Callable[..., Reply]
"""Sends a request: target, and optionally method, trigger and headers."""


@contextmanager
def available() -> Iterator[None]:
    """Skip if the build or the emulator is missing; in CI that is an error."""
    try:
        yield
    except StartError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def build() -> Path:
    """Return the folder of the SAM build."""
    with available():
        for function in ("ProcessFunction", "PersistFunction"):
            read_function(BUILD, function)
    return BUILD


@pytest.fixture(scope="session")
def tools() -> dict[str, str]:
    """Return the variables that locate emulator and runtime, if they are set."""
    with available():
        Programs.find(os.environ)
    return {name: os.environ[name] for name in ("SAM_VENV", "LAMBDA_VENV") if name in os.environ}


@pytest.fixture(scope="session")
def artefact(build: Path) -> BuiltFunction:
    """Read the build of the process function."""
    return read_function(build, "ProcessFunction")


@pytest.fixture(scope="session")
def store() -> Iterator[dict[str, str]]:
    """Start the stores and yield the variables of their endpoints."""
    with stores({}) as variables:
        yield variables


@pytest.fixture(scope="session")
def s3(store: dict[str, str]) -> "S3Client":
    """Connect to S3; create the buckets and a picture."""
    client: S3Client = connected(store, "s3")
    for name in (BUCKET, "closed", "results"):
        client.create_bucket(Bucket=name)
    put(client, "holiday/beach 1.jpg", gradient())
    return client


@pytest.fixture(scope="session")
def pool(
    artefact: BuiltFunction,
    store: dict[str, str],
    s3: "S3Client",
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pool]:
    """Run two sandboxes of the function."""
    logs = tmp_path_factory.mktemp("logs")
    environment = {**store, **ENVIRONMENT, "AWS_ENDPOINT_URL_S3": s3.meta.endpoint_url}
    with (
        available(),
        emulated(artefact, environment, logs=logs, size=2) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def fetch(pool: Pool) -> Iterator[Fetch]:
    """Return a function that sends a request through the gateway of a trigger."""
    lines: list[str] = []
    api = Gateway(invoke=pool, log=lines.append)
    url = Gateway(invoke=pool, log=lines.append, trigger=Trigger.FUNCTION_URL)
    with serving(api.answer) as api_server, serving(url.answer) as url_server:
        servers: dict[Trigger, Server] = {
            Trigger.HTTP_API: api_server,
            Trigger.FUNCTION_URL: url_server,
        }

        def send(
            target: str,
            *,
            method: str = "GET",
            trigger: Trigger = Trigger.HTTP_API,
            **headers: str,
        ) -> Reply:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection = HTTPConnection("127.0.0.1", servers[trigger].server_port, timeout=40)
            connection.request(method, target, headers=named)
            reply = received(connection.getresponse())
            connection.close()
            return reply

        yield send
