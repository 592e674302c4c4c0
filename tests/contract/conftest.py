"""Fixtures of the contract tests: in-memory fakes, and the AWS adapters on moto."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from moto.server import ThreadedMotoServer

from local.demo import ensure_table
from tests.contract.stores import Store, client_of, in_memory, in_s3

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client


ACCOUNTS = count(1)
"""Account numbers, a new one for each test."""


class WallClock:
    """A clock that tests set."""

    def __init__(self) -> None:
        """Start at noon."""
        self.now = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time that is set."""
        return self.now


@pytest.fixture
def wall() -> WallClock:
    """Return a clock that the test moves."""
    return WallClock()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mock AWS in this process, in a new account without resources.

    Moto's state is not reset: a moto server that other tests started shares it.
    """
    monkeypatch.setenv("MOTO_ACCOUNT_ID", f"{next(ACCOUNTS):012}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    mocked = mock_aws()
    mocked.start(reset=False)
    yield
    mocked.stop(remove_data=False)


@pytest.fixture
def dynamodb(aws: None) -> "DynamoDBClient":  # noqa: ARG001 - answers its calls
    """Connect to the mocked DynamoDB, which has an empty table."""
    client = boto3.client("dynamodb")
    ensure_table(client)
    return client


@pytest.fixture(scope="session")
def client() -> Iterator["S3Client"]:
    """Start moto's S3 server on loopback: keys must pass through a real URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield client_of(f"http://{host}:{port}")
    server.stop()


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    """Return each kind of store in turn, empty."""
    if request.param == "memory":
        return in_memory()
    return in_s3(request.getfixturevalue("client"))
