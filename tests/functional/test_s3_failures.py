"""What becomes of a request when S3 fails it: the right picture or a clean error."""

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
from tests.functional.conftest import Reply, sender
from tests.functional.faulty_s3 import PATIENCE, all_met, started

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PLAIN = ""
PROCESS = "x-oss-process=image/resize,w_50"
EITHER = pytest.mark.parametrize("query", [PLAIN, PROCESS], ids=["plain", "processed"])


@pytest.fixture(scope="module")
def wired(s3: "S3Client") -> Iterator[tuple[ModuleType, FaultyProxy]]:
    """Put a wire that can fail in front of S3."""
    with started(s3) as pair:
        yield pair


@pytest.fixture
def wire(wired: tuple[ModuleType, FaultyProxy]) -> Iterator[FaultyProxy]:
    """Let every fault be met."""
    with all_met(wired[1]) as wire:
        yield wire


@pytest.fixture
def ask(wired: tuple[ModuleType, FaultyProxy], wire: FaultyProxy) -> Callable[..., Reply]:
    """Ask for the picture while the wire does its worst."""
    cold = sender(wired[0])

    def send(*faults: Fault, query: str = PLAIN, key: str = "demo/p.png", **more: str) -> Reply:
        wire.faults[:] = faults
        return cold(f"/{key}", query, **more)

    return send


def picture(colour: tuple[int, int, int]) -> bytes:
    """Draw a picture that does not compress, in shades of one colour."""
    noise = Image.effect_noise((160, 120), 60)
    image = Image.merge("RGB", [noise.point(lambda p, c=c: (p + c) // 2) for c in colour])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


OLD = picture((255, 0, 0))
NEW = picture((0, 0, 255))


@pytest.fixture(autouse=True)
def stored(s3: "S3Client") -> None:
    """Store the older picture."""
    s3.put_object(Bucket="demo", Key="p.png", Body=OLD, ContentType="image/png")


def refusal(reply: Reply) -> tuple[int, str | None]:
    """Read status and code of a well-formed error that no cache may keep."""
    assert reply.headers["cache-control"] == "no-store"
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def shows(reply: Reply, source: bytes, query: str) -> bool:
    """Tell whether the reply is that picture whole, with headers of that version."""
    etag = hashlib.md5(source, usedforsecurity=False).hexdigest().upper()
    if reply.status != 200 or reply.headers["etag"] != f'"{etag}"':
        return False
    if not query:
        return reply.body == source
    image = Image.open(io.BytesIO(reply.body)).convert("RGB")
    red, _, blue = image.resize((1, 1)).getpixel((0, 0)) or (0, 0, 0)  # type: ignore[misc]
    return image.size == (50, 38) and (red > blue) == (source is OLD)


@EITHER
def test_a_missing_key_is_not_found(ask: Callable[..., Reply], query: str) -> None:
    """What S3 has not is not found."""
    assert refusal(ask(key="demo/none.png", query=query)) == (404, "NoSuchKey")


@EITHER
def test_a_missing_bucket_behind_the_mapping_is_not_found(
    ask: Callable[..., Reply], query: str
) -> None:
    """A listed bucket whose S3 bucket is gone answers like one that is not listed."""
    reply = ask(key="gone/p.png", query=query)
    assert refusal(reply) == (404, "NoSuchBucket")
    assert ET.fromstring(reply.body).findtext("BucketName") == "gone"


@EITHER
def test_throttling_that_passes_goes_unnoticed(ask: Callable[..., Reply], query: str) -> None:
    """S3 asks for patience now and then; its answer after that counts."""
    assert shows(ask(refuses(503, "SlowDown"), query=query), OLD, query)


@EITHER
def test_throttling_that_lasts_is_passed_on(ask: Callable[..., Reply], query: str) -> None:
    """Throttling is 503 with its number, so that SDKs try again (spec 05 §4)."""
    reply = ask(*[refuses(503, "SlowDown")] * 3, query=query)
    assert refusal(reply) == (503, "ServiceUnavailable")
    assert reply.headers["x-oss-ec"] == "0004-00000801"


@EITHER
def test_a_failure_of_s3_is_503(ask: Callable[..., Reply], query: str) -> None:
    """S3's own failure is never shown as ours: try again."""
    reply = ask(*[refuses(500, "InternalError")] * 3, query=query)
    assert refusal(reply) == (503, "ServiceUnavailable")


@EITHER
def test_a_denied_service_says_so(ask: Callable[..., Reply], query: str) -> None:
    """The service without the right to read answers 403, not a missing key."""
    assert refusal(ask(refuses(403, "AccessDenied"), query=query)) == (403, "AccessDenied")


@EITHER
@pytest.mark.parametrize(
    "fault",
    [
        hangs_up,
        breaks(after=0),
        breaks(after=len(OLD) // 2),
        goes_silent(after=len(OLD) // 2, seconds=PATIENCE * 2),
        never_answers(PATIENCE * 2),
    ],
    ids=["before the header", "before the body", "inside the body", "silent", "no answer"],
)
def test_one_broken_connection_goes_unnoticed(
    ask: Callable[..., Reply], query: str, fault: Fault
) -> None:
    """A body that breaks off is asked for again, and nothing of the first try is used."""
    assert shows(ask(fault, query=query), OLD, query)


@EITHER
@pytest.mark.parametrize(
    "fault", [hangs_up, breaks(after=1000)], ids=["before the header", "inside the body"]
)
def test_connections_that_keep_breaking_are_503(
    ask: Callable[..., Reply], query: str, fault: Fault
) -> None:
    """After the last try there is an error and not half a picture."""
    assert refusal(ask(*[fault] * 3, query=query)) == (503, "ServiceUnavailable")


@EITHER
def test_a_store_that_stays_silent_is_503_in_time(ask: Callable[..., Reply], query: str) -> None:
    """Waiting ends while there is time to say so."""
    began = monotonic()
    reply = ask(*[never_answers(PATIENCE * 1.2)] * 3, query=query)
    assert refusal(reply) == (503, "ServiceUnavailable")
    assert monotonic() - began < PATIENCE * 3 + 2


def replaced_by(body: bytes, s3: "S3Client") -> Fault:
    """Put another picture in its place while the connection breaks."""

    def replaced() -> None:
        s3.put_object(Bucket="demo", Key="p.png", Body=body, ContentType="image/png")

    return breaks(after=1000, meanwhile=replaced)


def test_a_picture_replaced_while_it_breaks_is_processed_anew(
    ask: Callable[..., Reply], s3: "S3Client"
) -> None:
    """The second try must not join the older version's header to the newer one's body."""
    assert shows(ask(replaced_by(NEW, s3), query=PROCESS), NEW, PROCESS)


def test_a_plain_object_replaced_while_it_breaks_is_asked_for_again(
    ask: Callable[..., Reply], s3: "S3Client"
) -> None:
    """Its headers are settled by then: the caller tries again and gets the newer one."""
    assert refusal(ask(replaced_by(NEW, s3))) == (503, "ServiceUnavailable")
    assert shows(ask(), NEW, PLAIN)


def test_a_picture_replaced_again_and_again_is_503(
    ask: Callable[..., Reply], s3: "S3Client"
) -> None:
    """Two versions in a row that vanish while they are read end the tries."""
    faults = (replaced_by(NEW, s3), passes, replaced_by(OLD, s3))
    assert refusal(ask(*faults, query=PROCESS)) == (503, "ServiceUnavailable")


@EITHER
def test_an_object_deleted_while_it_breaks_is_not_found(
    ask: Callable[..., Reply], s3: "S3Client", query: str
) -> None:
    """Nothing is left that could be answered."""

    def deleted() -> None:
        s3.delete_object(Bucket="demo", Key="p.png")

    reply = ask(breaks(after=1000, meanwhile=deleted), query=query)
    assert refusal(reply) == (404, "NoSuchKey")


@EITHER
def test_head_of_a_failing_store_says_why_in_a_header(
    ask: Callable[..., Reply], query: str
) -> None:
    """A HEAD has no body: the error is in `x-oss-err` (C-14)."""
    reply = ask(*[refuses(503, "SlowDown")] * 3, query=query, method="HEAD")
    assert reply.status == 503
    assert reply.body == b""
    assert reply.headers["x-oss-err"]


def test_the_tests_leave_the_environment_alone() -> None:
    """The wire is for this module's function only."""
    assert "DARKROOM_STORE_TIMEOUT" not in os.environ
