"""Every kind of caller × every kind of request × every kind of bucket (spec 01 §4, 04 §3)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from darkroom.auth import SignedRequest
from darkroom.process.parameters import encode_base64
from tests.functional.conftest import Ask, Send, access_key
from tests.pictures import photographic, stored
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

TABLE = """
                    plain  image  style  delimiter  POST  PUT  DELETE  styles

public    anonymous   200    200    200        200   403  403     403     403
public    reader      200    200    200        200   403  403     403     403
public    writer      200    200    200        200   200  200     204     403
public    other       200    200    200        200   403  403     403     403
public    owner       200    200    200        200   200  200     204     200

private   anonymous   403    403    403        403   403  403     403     403
private   reader      200    200    200        200   403  403     403     403
private   writer      403    403    403        403   403  200     204     403
private   other       403    403    403        403   403  403     403     403
private   owner       200    200    200        200   200  200     204     200

protected anonymous   403    403    200        200   403  403     403     403
protected reader      200    200    200        200   403  403     403     403
protected writer      403    403    200        200   403  200     204     403
protected other       403    403    200        200   403  403     403     403
protected owner       200    200    200        200   200  200     204     200
"""
"""A key is for every bucket, but for the one of `other`; `writer` may not read, nor `reader` write.

A caller without a right of its own has the rights of an anonymous caller. Storing a result needs
both rights.
"""

BUCKETS = ("public", "private", "protected")
SAVE = f"x-oss-process=image/resize,w_10|sys/saveas,o_{encode_base64('saved.jpg')}"
REQUESTS: Mapping[str, SignedRequest] = {
    "plain": SignedRequest(method="GET", key="a.jpg"),
    "image": SignedRequest(
        method="GET", key="a.jpg", query=(("x-oss-process", "image/resize,w_10"),)
    ),
    "style": SignedRequest(method="GET", key="a.jpg", query=(("x-oss-process", "style/small"),)),
    "delimiter": SignedRequest(method="GET", key="a.jpg!small"),
    "POST": SignedRequest(
        method="POST", key="a.jpg", query=(("x-oss-process", ""),), body=SAVE.encode
    ),
    "PUT": SignedRequest(method="PUT", key="new.jpg", body=lambda: b"new"),
    "DELETE": SignedRequest(method="DELETE", key="kept.txt"),
    "styles": SignedRequest(method="GET", query=(("style", ""),)),
}


OBJECTS = {"a.jpg": stored(photographic((40, 30)), "JPEG"), "kept.txt": b"kept"}
CHANGES = {"POST": {"saved.jpg"}, "PUT": {"new.jpg"}, "DELETE": {"kept.txt"}}


def to_bucket(name: str, bucket: str) -> SignedRequest:
    """Address a request to a bucket."""
    request = REQUESTS[name]
    length = {"content-length": str(len(request.body()))}
    return replace(request, bucket=f"the-{bucket}", headers=length)


class Cell(NamedTuple):
    """A cell of the table."""

    bucket: str
    caller: str
    request: str
    status: int


def cells() -> Iterator[Cell]:
    """Read the table."""
    header, *rows = (line.split() for line in TABLE.strip().splitlines() if line)
    for bucket, caller, *statuses in rows:
        for request, status in zip(header, statuses, strict=True):
            yield Cell(bucket, caller, request, int(status))


@pytest.fixture(scope="module", autouse=True)
def _filled(ask: Ask, s3: "S3Client") -> None:
    """Give each bucket its objects and a style."""
    for bucket in BUCKETS:
        fill(s3, bucket)
        ask(
            "PUT",
            f"the-{bucket}",
            by="owner",
            query=(("style", ""), ("styleName", "small")),
            body=b"<Style><Content>image/resize,w_20</Content></Style>",
        )


def fill(s3: "S3Client", bucket: str) -> None:
    """Put a bucket back to the two objects that it begins with."""
    for key in keys(s3, bucket) - OBJECTS.keys():
        s3.delete_object(Bucket=f"the-{bucket}", Key=key)
    for key, body in OBJECTS.items():
        s3.put_object(Bucket=f"the-{bucket}", Key=key, Body=body)


def keys(s3: "S3Client", bucket: str) -> set[str]:
    """List what is in a bucket."""
    listed = s3.list_objects_v2(Bucket=f"the-{bucket}").get("Contents", [])
    return {found["Key"] for found in listed}


def signed(request: SignedRequest, key_id: str) -> SignedRequest:
    """Sign with a key as it should be."""
    return oss_client.v4_header(request, access_key(key_id), now=datetime.now(UTC), region="any")


@pytest.mark.parametrize("cell", list(cells()), ids=["-".join(cell[:3]) for cell in cells()])
def test_a_caller_may_what_the_table_says(send: Send, s3: "S3Client", cell: Cell) -> None:
    """And nothing is changed where that is nothing."""
    request = to_bucket(cell.request, cell.bucket)
    reply = send(request if cell.caller == "anonymous" else signed(request, cell.caller))
    assert reply.status == cell.status
    after = keys(s3, cell.bucket)
    if cell.status < 300:
        assert after == OBJECTS.keys() ^ CHANGES.get(cell.request, set())
        fill(s3, cell.bucket)
    else:
        assert b"<Code>AccessDenied</Code>" in reply.body
        assert after == OBJECTS.keys()


def expired(request: SignedRequest) -> SignedRequest:
    """Use a link whose time is over."""
    over = int(datetime.now(UTC).timestamp()) - 1
    return oss_client.v1_url(request, access_key("owner"), expires=over)


def tampered(request: SignedRequest) -> SignedRequest:
    """Send what was signed for another key."""
    elsewhere = signed(replace(request, key=f"{request.key}x"), "owner")
    return replace(elsewhere, key=request.key)


def skewed(request: SignedRequest) -> SignedRequest:
    """Sign with a clock that is 16 minutes slow."""
    late = datetime.now(UTC) - timedelta(minutes=16)
    return oss_client.v1_header(request, access_key("owner"), now=late)


BAD_SIGNATURES: Mapping[Callable[[SignedRequest], SignedRequest], str] = {
    expired: "AccessDenied",
    tampered: "SignatureDoesNotMatch",
    skewed: "RequestTimeTooSkewed",
}


@pytest.mark.parametrize("request_name", REQUESTS)
@pytest.mark.parametrize("bucket", BUCKETS)
@pytest.mark.parametrize("spoil", BAD_SIGNATURES, ids=lambda spoil: spoil.__name__)
def test_a_signature_that_does_not_hold_gets_nobody_anywhere(
    send: Send,
    s3: "S3Client",
    spoil: Callable[[SignedRequest], SignedRequest],
    bucket: str,
    request_name: str,
) -> None:
    """Not even to what is open to everybody: it is the key of one who may do everything."""
    reply = send(spoil(to_bucket(request_name, bucket)))
    assert reply.status == 403
    assert f"<Code>{BAD_SIGNATURES[spoil]}</Code>".encode() in reply.body
    assert keys(s3, bucket) == OBJECTS.keys()
