"""AWS calls are logged for every S3 client."""

import logging
from io import BytesIO

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from urllib3 import HTTPResponse

from darkroom.aws.clients import Clients
from darkroom.settings import Settings

S3_CLIENTS = [name for name in vars(Clients) if name.endswith("s3") and not name.startswith("_")]


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set region and credentials."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


def empty(**_: object) -> AWSResponse:
    """Return an empty response instead of sending the request."""
    return AWSResponse("", 200, HTTPHeaders(), HTTPResponse(body=BytesIO(), preload_content=False))


@pytest.mark.parametrize("name", S3_CLIENTS)
def test_every_s3_client_logs_its_calls(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """The client of the result cache logs its calls, too."""
    found = getattr(Clients(Settings(buckets={})), name)
    client = found() if callable(found) else found
    client.meta.events.register("before-send", empty)
    with caplog.at_level(logging.DEBUG, "darkroom"):
        client.head_object(Bucket="pictures", Key="a.jpg")
    assert [record.message for record in caplog.records if "darkroom" in record.name] == [
        "aws call"
    ]
