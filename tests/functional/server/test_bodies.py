"""Bodies of any size pass through the server, or are refused with nothing stored."""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from fastcrc import crc64
from msgspec.structs import replace

from darkroom.auth import SignedRequest
from darkroom.errors import Code, OssError
from darkroom.ports.objects import ObjectInfo, ObjectReader, OpenObject
from darkroom.server.asgi import Application
from tests.functional.conftest import Ask, access_key
from tests.functional.server.asgi_client import Connection, connection_of, scope_of
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LARGE = bytes(range(256)) * 24_000
"""More than a function takes, and than S3's smallest part."""

MD5 = hashlib.md5(LARGE, usedforsecurity=False)


def signed(key: str, body: bytes, *, by: str = "owner", **headers: str) -> SignedRequest:
    """Return a signed PUT of the private bucket."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = SignedRequest(
        method="PUT",
        bucket="closed",
        key=key,
        headers={"content-length": str(len(body)), **named},
        body=lambda: body,
    )
    return oss_client.v4_header(request, access_key(by), now=datetime.now(UTC), region="any")


def exchanged(app: Application, request: SignedRequest, **changes: Any) -> Connection:
    """Send a request, with changes of the connection, and return the connection."""
    connection = connection_of(request)
    for name, value in changes.items():
        setattr(connection, name, value)
    asyncio.run(app(scope_of(request), connection.receive, connection.send))
    return connection


def is_stored(s3: "S3Client", key: str) -> bool:
    """Return whether the private bucket has the object."""
    try:
        s3.head_object(Bucket="closed", Key=key)
    except ClientError:
        return False
    return True


@pytest.fixture(autouse=True)
def _nothing_left(spool: Path) -> Iterator[None]:
    yield
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize(
    "framing",
    [
        {},
        {"transfer_encoding": "chunked"},
        {"expect": "100-continue"},
        {"content_md5": base64.b64encode(MD5.digest()).decode()},
    ],
    ids=str,
)
def test_a_large_body_is_stored(
    application: Application, s3: "S3Client", ask_server: Ask, framing: dict[str, str]
) -> None:
    """As one object, with the ETag and the CRC-64 of its bytes."""
    reply = exchanged(application, signed("bodies/large", LARGE, **framing)).reply()
    etag = MD5.hexdigest().upper()
    assert (reply.status, reply.headers["etag"]) == (200, f'"{etag}"')
    assert reply.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(LARGE))
    assert s3.get_object(Bucket="closed", Key="bodies/large")["Body"].read() == LARGE
    found = ask_server("GET", "closed", "bodies/large", by="owner")
    assert found.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(LARGE))
    assert found.headers["x-oss-object-type"] == "Normal"
    assert found.body == LARGE
    s3.delete_object(Bucket="closed", Key="bodies/large")


def test_length_and_chunks_together_end_the_connection(application: Application) -> None:
    """The C SDK sends both. A proxy before the server could have read another end of the body."""
    request = signed("bodies/both", b"both", transfer_encoding="chunked")
    reply = exchanged(application, request).reply()
    assert (reply.status, reply.headers["connection"]) == (200, "close")
    alone = exchanged(application, signed("bodies/both", b"alone")).reply()
    assert "connection" not in alone.headers


OTHER = hashlib.sha256(b"other").hexdigest()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content_md5": base64.b64encode(bytes(16)).decode()}, "InvalidDigest"),
        ({"x_oss_content_sha256": OTHER}, "InvalidArgument"),
        ({"transfer_encoding": "chunked", "content_length": "6144001"}, "IncompleteBody"),
    ],
    ids=["MD5", "SHA-256", "length"],
)
def test_a_body_that_does_not_fit_is_not_stored(
    application: Application, s3: "S3Client", headers: dict[str, str], code: str
) -> None:
    """Digests and length are compared before anything is sent to the store."""
    reply = exchanged(application, signed("bodies/none", LARGE, **headers)).reply()
    assert reply.status == 400
    assert f"<Code>{code}</Code>" in reply.body.decode()
    assert not is_stored(s3, "bodies/none")


def test_a_signed_digest_that_fits_is_accepted(application: Application) -> None:
    """The SHA-256 is computed while the body arrives."""
    digest = hashlib.sha256(LARGE).hexdigest()
    request = signed("bodies/digest", LARGE, x_oss_content_sha256=digest)
    assert exchanged(application, request).reply().status == 200


@pytest.mark.parametrize("expected", [True, False])
def test_the_right_is_checked_before_the_body(
    application: Application, s3: "S3Client", *, expected: bool
) -> None:
    """Nothing of an announced body is received; of another one, so that the client can read."""
    headers = {"expect": "100-continue"} if expected else {}
    connection = exchanged(application, signed("bodies/none", LARGE, by="reader", **headers))
    reply = connection.reply()
    assert (reply.status, "AccessDenied" in reply.body.decode()) == (403, True)
    assert connection.received == (0 if expected else len(connection.chunks))
    assert ("connection" in reply.headers) is expected
    assert not is_stored(s3, "bodies/none")


@pytest.mark.parametrize("size", ["20000001", None], ids=["stated", "chunked"])
def test_a_body_over_the_limit_is_refused(
    application: Application, s3: "S3Client", size: str | None
) -> None:
    """Before it is received where its length is stated, otherwise as soon as it is too long."""
    body = bytes(20_000_001)
    headers = {"expect": "100-continue", "transfer_encoding": "chunked"}
    request = signed("bodies/none", body, **({"expect": "100-continue"} if size else headers))
    connection = exchanged(application, request)
    reply = connection.reply()
    assert (reply.status, "EntityTooLarge" in reply.body.decode()) == (400, True)
    assert connection.received == (0 if size else len(connection.chunks))
    assert not is_stored(s3, "bodies/none")


def test_a_document_over_its_limit_is_refused(application: Application) -> None:
    """A list of parts has the limit of a document, not that of an object."""
    request = SignedRequest(
        method="POST",
        bucket="closed",
        key="bodies/none",
        query=(("uploadId", "1"),),
        headers={"content-length": "2000001", "expect": "100-continue"},
        body=lambda: bytes(2_000_001),
    )
    now = datetime.now(UTC)
    request = oss_client.v4_header(request, access_key("owner"), now=now, region="any")
    connection = exchanged(application, request)
    assert "EntityTooLarge" in connection.reply().body.decode()
    assert connection.received == 0


def test_an_upload_that_breaks_off_is_not_stored(application: Application, s3: "S3Client") -> None:
    """The client closes the connection; no response is sent."""
    request = signed("bodies/none", LARGE)
    connection = connection_of(request)
    connection.chunks = connection.chunks[:3]
    ended = iter([True, True, True])

    async def receive() -> Mapping[str, Any]:
        if next(ended, False):
            return {**await connection.receive(), "more_body": True}
        return {"type": "http.disconnect"}

    asyncio.run(application(scope_of(request), receive, connection.send))
    assert connection.events == []
    assert not is_stored(s3, "bodies/none")


def test_an_upload_that_pauses_is_refused(application: Application, s3: "S3Client") -> None:
    """The error is answered, and the connection is closed."""
    request = signed("bodies/none", LARGE)
    connection = connection_of(request)
    connection.chunks = [*connection.chunks[:3], b""]
    received: Callable[[], Any] = connection.receive

    async def receive() -> Mapping[str, Any]:
        if connection.received == 3:
            await asyncio.sleep(60)
        return {**await received(), "more_body": True}

    asyncio.run(application(scope_of(request), receive, connection.send))
    reply = connection.reply()
    assert (reply.status, "RequestTimeout" in reply.body.decode()) == (400, True)
    assert reply.headers["connection"] == "close"
    assert not is_stored(s3, "bodies/none")


def test_parts_larger_than_a_function_takes_are_joined(s3: "S3Client", ask_server: Ask) -> None:
    """Large parts and small ones, in every order that leaves no piece too small for S3."""
    begun = ask_server("POST", "closed", "bodies/parts", by="owner", query=(("uploads", ""),))
    upload = begun.body.decode().partition("<UploadId>")[2].partition("<")[0]
    sizes = (6_000_000, 200_000, 5_300_000, 5_242_880, 100_000, 12_000_000, 7)
    contents = [bytes([number + 1]) * size for number, size in enumerate(sizes)]
    names = ""
    for number, content in enumerate(contents, 1):
        query = (("partNumber", str(number)), ("uploadId", upload))
        stored = ask_server("PUT", "closed", "bodies/parts", by="owner", query=query, body=content)
        assert stored.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(content))
        etag = stored.headers["etag"]
        names += f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{names}</CompleteMultipartUpload>".encode()
    named = (("uploadId", upload),)
    done = ask_server("POST", "closed", "bodies/parts", by="owner", query=named, body=document)
    assert done.status == 200, done.body
    assert s3.get_object(Bucket="closed", Key="bodies/parts")["Body"].read() == b"".join(contents)
    assert "Contents" not in s3.list_objects_v2(Bucket="results", Prefix="parts/")


def test_a_client_that_goes_away_ends_the_reading(application: Application, s3: "S3Client") -> None:
    """The rest of the object is not read from the store."""
    s3.put_object(Bucket="demo", Key="bodies/long", Body=LARGE)
    request = SignedRequest(method="GET", bucket="demo", key="bodies/long")
    connection = exchanged(application, request, gone_after=500_000)
    assert 500_000 <= connection.sent < 3_000_000
    s3.delete_object(Bucket="demo", Key="bodies/long")


@dataclass(frozen=True, kw_only=True)
class BrokenObject:
    """An object whose store fails after some blocks."""

    found: OpenObject
    blocks_read: int

    @property
    def info(self) -> ObjectInfo:
        """The header of the object."""
        return self.found.info

    def read(self) -> bytes:
        """Fail."""
        raise OssError(Code.SERVICE_UNAVAILABLE)

    def blocks(self, size: int) -> Iterator[bytes]:
        """Read some blocks, then fail."""
        yield from islice(self.found.blocks(size), self.blocks_read)
        self.read()

    def close(self) -> None:
        """Close the object."""
        self.found.close()


@dataclass(frozen=True, kw_only=True)
class BrokenReader:
    """A store whose objects break off."""

    reader: ObjectReader
    blocks_read: int

    def open(self, *args: Any, **kwargs: Any) -> BrokenObject:
        """Open an object that breaks off."""
        found = self.reader.open(*args, **kwargs)
        return BrokenObject(found=found, blocks_read=self.blocks_read)


@pytest.mark.parametrize("blocks_read", [0, 2])
def test_an_object_that_breaks_off_is_no_complete_response(
    application: Application, s3: "S3Client", monkeypatch: pytest.MonkeyPatch, blocks_read: int
) -> None:
    """Before the first block it is an error; later the exception closes the connection."""
    s3.put_object(Bucket="demo", Key="bodies/broken", Body=LARGE)
    broken: Any = BrokenReader(reader=application.services.objects, blocks_read=blocks_read)
    monkeypatch.setattr(application, "services", replace(application.services, objects=broken))
    request = SignedRequest(method="GET", bucket="demo", key="bodies/broken")
    if blocks_read == 0:
        assert exchanged(application, request).reply().status == 503
    else:
        connection = connection_of(request)
        with pytest.raises(OssError):
            asyncio.run(application(scope_of(request), connection.receive, connection.send))
        assert connection.events[0]["status"] == 200
        assert connection.events[-1]["more_body"]
        assert connection.sent == blocks_read << 18
    s3.delete_object(Bucket="demo", Key="bodies/broken")
