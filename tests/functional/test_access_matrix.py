"""The statuses for every caller × request × bucket (spec 01 §4, 04 §3)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from msgspec.structs import replace

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
"""All keys are for every bucket, except `other`; `writer` may not read, `reader` may not write.

A caller whose key grants nothing has anonymous rights. Storing a result needs both rights.
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
    "DELETE": SignedRequest(method="DELETE", key="old.txt"),
    "styles": SignedRequest(method="GET", query=(("style", ""),)),
}


OBJECTS = {"a.jpg": stored(photographic((40, 30)), "JPEG"), "old.txt": b"old"}
CHANGES = {"POST": {"saved.jpg"}, "PUT": {"new.jpg"}, "DELETE": {"old.txt"}}


def to_bucket(name: str, bucket: str) -> SignedRequest:
    """Return the request for a bucket."""
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
    """Yield the cells of the table."""
    header, *rows = (line.split() for line in TABLE.strip().splitlines() if line)
    for bucket, caller, *statuses in rows:
        for request, status in zip(header, statuses, strict=True):
            yield Cell(bucket, caller, request, int(status))


@pytest.fixture(scope="module", autouse=True)
def _filled(ask: Ask, s3: "S3Client") -> None:
    """Put the objects and a style into each bucket."""
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
    """Restore the two objects of a bucket and delete all others."""
    for key in keys(s3, bucket) - OBJECTS.keys():
        s3.delete_object(Bucket=f"the-{bucket}", Key=key)
    for key, body in OBJECTS.items():
        s3.put_object(Bucket=f"the-{bucket}", Key=key, Body=body)


def keys(s3: "S3Client", bucket: str) -> set[str]:
    """Return the keys of a bucket."""
    listed = s3.list_objects_v2(Bucket=f"the-{bucket}").get("Contents", [])
    return {found["Key"] for found in listed}


def signed(request: SignedRequest, key_id: str) -> SignedRequest:
    """Sign with a key."""
    return oss_client.v4_header(request, access_key(key_id), now=datetime.now(UTC), region="any")


@pytest.mark.parametrize("cell", list(cells()), ids=["-".join(cell[:3]) for cell in cells()])
def test_the_status_is_that_of_the_table(send: Send, s3: "S3Client", cell: Cell) -> None:
    """The status is that of the table; a refused request changes nothing."""
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
    """Sign a URL that has expired."""
    past = int(datetime.now(UTC).timestamp()) - 1
    return oss_client.v1_url(request, access_key("owner"), expires=past)


def tampered(request: SignedRequest) -> SignedRequest:
    """Change the key after signing."""
    elsewhere = signed(replace(request, key=f"{request.key}x"), "owner")
    return replace(elsewhere, key=request.key)


def skewed(request: SignedRequest) -> SignedRequest:
    """Sign with a clock that is 16 minutes slow."""
    earlier = datetime.now(UTC) - timedelta(minutes=16)
    return oss_client.v1_header(request, access_key("owner"), now=earlier)


BAD_SIGNATURES: Mapping[Callable[[SignedRequest], SignedRequest], str] = {
    expired: "AccessDenied",
    tampered: "SignatureDoesNotMatch",
    skewed: "RequestTimeTooSkewed",
}


@pytest.mark.parametrize("request_name", REQUESTS)
@pytest.mark.parametrize("bucket", BUCKETS)
@pytest.mark.parametrize("invalidate", BAD_SIGNATURES, ids=lambda invalidate: invalidate.__name__)
def test_an_invalid_signature_is_always_refused(
    send: Send,
    s3: "S3Client",
    invalidate: Callable[[SignedRequest], SignedRequest],
    bucket: str,
    request_name: str,
) -> None:
    """An invalid signature is a 403, also for a public bucket and a key with all permissions."""
    reply = send(invalidate(to_bucket(request_name, bucket)))
    assert reply.status == 403
    assert f"<Code>{BAD_SIGNATURES[invalidate]}</Code>".encode() in reply.body
    assert keys(s3, bucket) == OBJECTS.keys()
