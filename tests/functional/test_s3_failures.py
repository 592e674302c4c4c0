"""GET requests while S3 fails: the right picture or a well-formed error."""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from time import monotonic
from types import ModuleType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests.faulty_proxy import (
    Fault,
    FaultyProxy,
    breaks,
    goes_silent,
    hangs_up,
    never_answers,
    passes,
    refuses,
)
from tests.functional.conftest import Reply, get_sender
from tests.functional.faulty_s3 import STORE_TIMEOUT, all_faults_used, instance_with_proxy

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PLAIN = ""
PROCESS = "x-oss-process=image/resize,w_50"
PLAIN_AND_PROCESSED = pytest.mark.parametrize("query", [PLAIN, PROCESS], ids=["plain", "processed"])


@pytest.fixture(scope="module")
def function(s3: "S3Client") -> Iterator[tuple[ModuleType, FaultyProxy]]:
    """Start a function that reaches S3 through a proxy."""
    with instance_with_proxy(s3) as pair:
        yield pair


@pytest.fixture
def proxy(function: tuple[ModuleType, FaultyProxy]) -> Iterator[FaultyProxy]:
    """Return the proxy; assert that every fault was used."""
    with all_faults_used(function[1]) as proxy:
        yield proxy


@pytest.fixture
def ask(function: tuple[ModuleType, FaultyProxy], proxy: FaultyProxy) -> Callable[..., Reply]:
    """Return a function that injects faults and requests the picture."""
    get = get_sender(function[0])

    def send(*faults: Fault, query: str = PLAIN, key: str = "demo/p.png", **more: str) -> Reply:
        proxy.faults[:] = faults
        return get(f"/{key}", query, **more)

    return send


def picture(colour: tuple[int, int, int]) -> bytes:
    """Draw an incompressible picture in shades of one colour."""
    noise = Image.effect_noise((160, 120), 60)
    image = Image.merge("RGB", [noise.point(lambda p, c=c: (p + c) // 2) for c in colour])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


OLD = picture((255, 0, 0))
NEW = picture((0, 0, 255))


@pytest.fixture(autouse=True)
def stored(s3: "S3Client") -> None:
    """Store the old picture."""
    s3.put_object(Bucket="demo", Key="p.png", Body=OLD, ContentType="image/png")


def error_of(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error; assert that it is not cacheable."""
    assert reply.headers["cache-control"] == "no-store"
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def shows(reply: Reply, source: bytes, query: str) -> bool:
    """Return whether the reply is the whole picture, with the ETag of that version."""
    etag = hashlib.md5(source, usedforsecurity=False).hexdigest().upper()
    if reply.status != 200 or reply.headers["etag"] != f'"{etag}"':
        return False
    if not query:
        return reply.body == source
    image = Image.open(io.BytesIO(reply.body)).convert("RGB")
    red, _, blue = image.resize((1, 1)).getpixel((0, 0)) or (0, 0, 0)  # type: ignore[misc]
    return image.size == (50, 38) and (red > blue) == (source is OLD)


@PLAIN_AND_PROCESSED
def test_a_missing_key_is_not_found(ask: Callable[..., Reply], query: str) -> None:
    """A missing object is a 404 NoSuchKey."""
    assert error_of(ask(key="demo/none.png", query=query)) == (404, "NoSuchKey")


@PLAIN_AND_PROCESSED
def test_a_missing_s3_bucket_is_not_found(ask: Callable[..., Reply], query: str) -> None:
    """A configured bucket without an S3 bucket is a 404 with the configured name."""
    reply = ask(key="unbacked/p.png", query=query)
    assert error_of(reply) == (404, "NoSuchBucket")
    assert ET.fromstring(reply.body).findtext("BucketName") == "unbacked"


@PLAIN_AND_PROCESSED
def test_a_throttled_request_is_retried(ask: Callable[..., Reply], query: str) -> None:
    """A single 503 of S3 is retried."""
    assert shows(ask(refuses(503, "SlowDown"), query=query), OLD, query)


@PLAIN_AND_PROCESSED
def test_lasting_throttling_is_503(ask: Callable[..., Reply], query: str) -> None:
    """Lasting throttling is a 503 with its EC, so that SDKs retry (spec 05 §4)."""
    reply = ask(*[refuses(503, "SlowDown")] * 3, query=query)
    assert error_of(reply) == (503, "ServiceUnavailable")
    assert reply.headers["x-oss-ec"] == "0004-00000801"


@PLAIN_AND_PROCESSED
def test_a_failure_of_s3_is_503(ask: Callable[..., Reply], query: str) -> None:
    """A lasting 500 of S3 is a 503."""
    reply = ask(*[refuses(500, "InternalError")] * 3, query=query)
    assert error_of(reply) == (503, "ServiceUnavailable")


@PLAIN_AND_PROCESSED
def test_access_denied_by_s3_is_403(ask: Callable[..., Reply], query: str) -> None:
    """An AccessDenied of S3 is a 403, not a missing key."""
    assert error_of(ask(refuses(403, "AccessDenied"), query=query)) == (403, "AccessDenied")


@PLAIN_AND_PROCESSED
@pytest.mark.parametrize(
    "fault",
    [
        hangs_up,
        breaks(after=0),
        breaks(after=len(OLD) // 2),
        goes_silent(after=len(OLD) // 2, seconds=STORE_TIMEOUT * 2),
        never_answers(STORE_TIMEOUT * 2),
    ],
    ids=["before the header", "before the body", "inside the body", "silent", "no answer"],
)
def test_a_broken_connection_is_retried(
    ask: Callable[..., Reply], query: str, fault: Fault
) -> None:
    """A broken body is requested again; nothing of the first response is used."""
    assert shows(ask(fault, query=query), OLD, query)


@PLAIN_AND_PROCESSED
@pytest.mark.parametrize(
    "fault", [hangs_up, breaks(after=1000)], ids=["before the header", "inside the body"]
)
def test_repeatedly_broken_connections_are_503(
    ask: Callable[..., Reply], query: str, fault: Fault
) -> None:
    """After the last retry, the answer is a 503, not a part of the picture."""
    assert error_of(ask(*[fault] * 3, query=query)) == (503, "ServiceUnavailable")


@PLAIN_AND_PROCESSED
def test_timeouts_are_503(ask: Callable[..., Reply], query: str) -> None:
    """Timeouts of S3 are a 503 before the function's own timeout."""
    began = monotonic()
    reply = ask(*[never_answers(STORE_TIMEOUT * 1.2)] * 3, query=query)
    assert error_of(reply) == (503, "ServiceUnavailable")
    assert monotonic() - began < STORE_TIMEOUT * 3 + 2


def replaced_by(body: bytes, s3: "S3Client") -> Fault:
    """Return a fault that replaces the picture while the connection breaks."""

    def replaced() -> None:
        s3.put_object(Bucket="demo", Key="p.png", Body=body, ContentType="image/png")

    return breaks(after=1000, meanwhile=replaced)


def test_a_picture_replaced_during_a_read_is_read_again(
    ask: Callable[..., Reply], s3: "S3Client"
) -> None:
    """A retry uses the header and the body of the new version."""
    assert shows(ask(replaced_by(NEW, s3), query=PROCESS), NEW, PROCESS)


def test_a_plain_object_replaced_during_a_read_is_503(
    ask: Callable[..., Reply], s3: "S3Client"
) -> None:
    """A plain object is a 503: its headers are already those of the old version."""
    assert error_of(ask(replaced_by(NEW, s3))) == (503, "ServiceUnavailable")
    assert shows(ask(), NEW, PLAIN)


def test_a_picture_replaced_twice_is_503(ask: Callable[..., Reply], s3: "S3Client") -> None:
    """Two replacements during reads are a 503."""
    faults = (replaced_by(NEW, s3), passes, replaced_by(OLD, s3))
    assert error_of(ask(*faults, query=PROCESS)) == (503, "ServiceUnavailable")


@PLAIN_AND_PROCESSED
def test_an_object_deleted_during_a_read_is_not_found(
    ask: Callable[..., Reply], s3: "S3Client", query: str
) -> None:
    """A retry of a deleted object is a 404."""

    def deleted() -> None:
        s3.delete_object(Bucket="demo", Key="p.png")

    reply = ask(breaks(after=1000, meanwhile=deleted), query=query)
    assert error_of(reply) == (404, "NoSuchKey")


@PLAIN_AND_PROCESSED
def test_head_errors_are_in_a_header(ask: Callable[..., Reply], query: str) -> None:
    """A HEAD has no body: the error is in `x-oss-err` (C-14)."""
    reply = ask(*[refuses(503, "SlowDown")] * 3, query=query, method="HEAD")
    assert reply.status == 503
    assert reply.body == b""
    assert reply.headers["x-oss-err"]


def test_the_environment_is_unchanged() -> None:
    """The variables of the module's function are not set for other modules."""
    assert "DARKROOM_STORE_TIMEOUT" not in os.environ
