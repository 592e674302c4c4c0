"""What becomes of a PUT when S3 fails it: the whole object, or none and a clean error."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.faulty_proxy import Fault, FaultyProxy, breaks, hangs_up, never_answers, refuses
from tests.functional.conftest import Ask, Reply, asking, sending
from tests.functional.faulty_s3 import PATIENCE, all_met, started

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BODY = bytes(range(256)) * 4000

type Put = Callable[..., Reply]


@pytest.fixture(scope="module")
def wired(s3: "S3Client") -> Iterator[tuple[ModuleType, FaultyProxy]]:
    """Put a wire that can fail in front of S3."""
    with started(s3) as pair:
        yield pair


@pytest.fixture
def put(wired: tuple[ModuleType, FaultyProxy], s3: "S3Client") -> Iterator[Put]:
    """Store an object while the wire does its worst; an older one is there."""
    s3.put_object(Bucket="closed", Key="f", Body=b"before")
    ask: Ask = asking(sending(wired[0]))
    with all_met(wired[1]) as wire:

        def put(*faults: Fault, **headers: str) -> Reply:
            wire.faults[:] = faults
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            return ask("PUT", "closed", "f", by="owner", headers=names, body=BODY)

        yield put


def stored(s3: "S3Client") -> bytes:
    """Read what is there now."""
    return s3.get_object(Bucket="closed", Key="f")["Body"].read()


def code_of(reply: Reply) -> tuple[int, str | None]:
    """Give status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


@pytest.mark.parametrize(
    "fault",
    [refuses(503, "SlowDown"), refuses(500, "InternalError"), hangs_up, breaks(after=0)],
    ids=["throttled", "failing", "broken before the request was read", "broken after it was"],
)
def test_one_failure_goes_unnoticed(put: Put, s3: "S3Client", fault: Fault) -> None:
    """The object is sent again, whole."""
    assert put(fault).status == 200
    assert stored(s3) == BODY


@pytest.mark.parametrize("fault", [refuses(503, "SlowDown"), hangs_up], ids=["throttled", "broken"])
def test_failures_that_last_leave_what_was_there(put: Put, s3: "S3Client", fault: Fault) -> None:
    """503, so that SDKs try again."""
    assert code_of(put(*[fault] * 3)) == (503, "ServiceUnavailable")
    assert stored(s3) == b"before"


def test_a_store_that_stays_silent_is_503(put: Put, s3: "S3Client") -> None:
    """And nothing is half there."""
    silence = never_answers(PATIENCE * 1.2)
    assert code_of(put(*[silence] * 3)) == (503, "ServiceUnavailable")
    assert stored(s3) == b"before"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDenied", (403, "AccessDenied")),
        (404, "NoSuchBucket", (404, "NoSuchBucket")),
        (400, "BadDigest", (400, "InvalidDigest")),
        (400, "MetadataTooLarge", (400, "InvalidArgument")),
        (409, "ConditionalRequestConflict", (503, "ServiceUnavailable")),
        (418, "SomethingNew", (503, "ServiceUnavailable")),
    ],
)
def test_a_refusal_is_told_in_the_words_of_oss(
    put: Put, s3: "S3Client", status: int, code: str, expected: tuple[int, str]
) -> None:
    """What is not understood is no fault of the caller's."""
    assert code_of(put(refuses(status, code))) == expected
    assert stored(s3) == b"before"
