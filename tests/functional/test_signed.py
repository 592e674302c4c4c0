"""Signed requests through the handler: which are accepted, and which are refused."""

import io
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING

import boto3
import pytest
from msgspec.structs import replace

from darkroom.auth import AccessKey, SignedRequest
from local.demo import TABLE
from tests.functional.conftest import Send, access_key
from tests.signed_forms import sign_in_every_form

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

KEY = "a b/ü+%/c.txt"
REQUEST = SignedRequest(method="GET", bucket="closed", key=KEY)


@pytest.fixture(autouse=True)
def stored(s3: "S3Client") -> None:
    """Store an object with an unusual key in the private bucket."""
    s3.put_object(Bucket="closed", Key=KEY, Body=b"private")


def in_every_form(sent: SignedRequest, key: AccessKey) -> dict[str, SignedRequest]:
    """Sign a request now, in each version and place."""
    return sign_in_every_form(sent, key, now=datetime.now(UTC), seconds=300)


EVERY_FORM = pytest.mark.parametrize("form", in_every_form(REQUEST, access_key("reader")))


@EVERY_FORM
def test_a_reader_reads_a_private_object(send: Send, form: str) -> None:
    """Each signature version is accepted in the header and in the URL."""
    reply = send(in_every_form(REQUEST, access_key("reader"))[form])
    assert (reply.status, reply.body) == (200, b"private")


@EVERY_FORM
@pytest.mark.parametrize("key_id", ["writer", "other"])
def test_a_key_without_the_permission_is_refused(send: Send, form: str, key_id: str) -> None:
    """A key without read permission for the bucket is a 403."""
    reply = send(in_every_form(REQUEST, access_key(key_id))[form])
    assert reply.status == 403
    assert b"<Code>AccessDenied</Code>" in reply.body


@EVERY_FORM
def test_a_wrong_secret_is_refused(send: Send, form: str) -> None:
    """A wrong signature is a 403 also for a public object."""
    forger = AccessKey(id="reader", secret="guessed")
    reply = send(in_every_form(SignedRequest(method="GET", bucket="demo", key="a"), forger)[form])
    assert reply.status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in reply.body


@pytest.mark.parametrize("form", ["v1 url", "v4 header"])
def test_secrets_and_signatures_are_not_logged(
    app: ModuleType, send: Send, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither secret nor signature is logged, for accepted, refused and failed requests."""
    broken = {"id": {"S": "bucket#broken"}, "settings": {"S": "{"}}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=broken)
    log = io.StringIO()
    monkeypatch.setattr(app.logger.registered_handler, "stream", log)
    key = access_key("reader")
    forger = AccessKey(id="reader", secret="guessed")
    requests = [
        in_every_form(REQUEST, key)[form],
        in_every_form(REQUEST, forger)[form],
        in_every_form(replace(REQUEST, bucket="broken"), key)[form],
    ]
    assert [send(request).status for request in requests] == [200, 403, 503]
    logged = log.getvalue()
    assert logged.count('"request"') == 3
    assert "Traceback" in logged
    for request in requests:
        header = request.headers.get("authorization", "")
        assert (request.parameter("Signature") or header.rpartition("Signature=")[2]) not in logged
    assert f'"{key.secret}"' not in logged
    assert "guessed" not in logged


def test_a_warm_function_sends_one_request_to_s3(app: ModuleType, send: Send) -> None:
    """With keys, settings and styles cached, a request sends one GetObject."""
    aws_calls: list[str] = []
    services = app.services
    for client in (
        services.objects.client,
        services.buckets.records.client,
        services.credentials.client,
    ):
        client.meta.events.register("before-call", lambda model, **_: aws_calls.append(model.name))
    anonymous = SignedRequest(method="GET", bucket="styled", key="plain.txt")
    requests = [anonymous, in_every_form(REQUEST, access_key("reader"))["v1 url"]]
    for request in requests:
        send(request)
    aws_calls.clear()
    for request in requests:
        send(request)
    assert aws_calls == ["GetObject", "GetObject"]


def test_an_unsigned_get_of_a_private_object_is_refused(send: Send) -> None:
    """An unsigned GET is a 403 whether the object exists or not."""
    for key in (KEY, "missing"):
        reply = send(SignedRequest(method="GET", bucket="closed", key=key))
        assert reply.status == 403
        assert b"Anonymous user has no right to access this bucket." in reply.body
