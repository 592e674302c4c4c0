"""The adapters of these suites: in memory, and AWS's own interface on moto."""

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
"""Numbers of accounts, one for each test."""


class Wall:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.now = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@pytest.fixture
def wall() -> Wall:
    """Give a clock to move."""
    return Wall()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer every AWS call of this process in memory, from the empty services of a new account.

    Those of other accounts stay: a server of other tests has the same memory.
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
    """Connect to DynamoDB in memory, where the table is empty."""
    client = boto3.client("dynamodb")
    ensure_table(client)
    return client


@pytest.fixture(scope="session")
def client() -> Iterator["S3Client"]:
    """Serve S3 on loopback: keys are to pass a real URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield client_of(f"http://{host}:{port}")
    server.stop()


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    """Give each kind of store in turn, empty."""
    if request.param == "memory":
        return in_memory()
    return in_s3(request.getfixturevalue("client"))
