"""What is asked of AWS can be told of, by whichever client it is asked."""

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
    """Let clients be built."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


def empty(**_: object) -> AWSResponse:
    """Answer in the place of S3."""
    return AWSResponse("", 200, HTTPHeaders(), HTTPResponse(body=BytesIO(), preload_content=False))


@pytest.mark.parametrize("name", S3_CLIENTS)
def test_every_client_of_s3_is_overheard(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """The one for kept results as well: a look closely shows what the look in the store cost."""
    found = getattr(Clients(Settings(buckets={})), name)
    client = found() if callable(found) else found
    client.meta.events.register("before-send", empty)
    with caplog.at_level(logging.DEBUG, "darkroom"):
        client.head_object(Bucket="pictures", Key="a.jpg")
    assert [record.message for record in caplog.records if "darkroom" in record.name] == [
        "aws call"
    ]
