"""The adapters of these suites: in memory, and AWS's own interface on moto."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws
from moto.server import ThreadedMotoServer

from tests.contract.stores import Store, client_of, in_memory, in_s3

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer every AWS call of this process in memory, from empty services."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


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
