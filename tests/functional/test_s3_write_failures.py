"""PUT requests while S3 fails: the whole object, or none and a well-formed error."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.faulty_proxy import Fault, FaultyProxy, breaks, hangs_up, never_answers, refuses
from tests.functional.conftest import Ask, Reply, request_sender, signing_sender
from tests.functional.faulty_s3 import STORE_TIMEOUT, all_faults_used, instance_with_proxy

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BODY = bytes(range(256)) * 4000

type Put = Callable[..., Reply]


@pytest.fixture(scope="module")
def function(s3: "S3Client") -> Iterator[tuple[ModuleType, FaultyProxy]]:
    """Start a function that reaches S3 through a proxy."""
    with instance_with_proxy(s3) as pair:
        yield pair


@pytest.fixture
def put(function: tuple[ModuleType, FaultyProxy], s3: "S3Client") -> Iterator[Put]:
    """Return a function that injects faults and replaces an object."""
    s3.put_object(Bucket="closed", Key="f", Body=b"before")
    ask: Ask = signing_sender(request_sender(function[0]))
    with all_faults_used(function[1]) as proxy:

        def put(*faults: Fault, **headers: str) -> Reply:
            proxy.faults[:] = faults
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            return ask("PUT", "closed", "f", by="owner", headers=names, body=BODY)

        yield put


def stored(s3: "S3Client") -> bytes:
    """Return the present body of the object."""
    return s3.get_object(Bucket="closed", Key="f")["Body"].read()


def code_of(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


@pytest.mark.parametrize(
    "fault",
    [refuses(503, "SlowDown"), refuses(500, "InternalError"), hangs_up, breaks(after=0)],
    ids=["throttled", "failing", "broken before the request was read", "broken after it was"],
)
def test_a_failed_put_is_retried(put: Put, s3: "S3Client", fault: Fault) -> None:
    """A failed PUT is retried with the whole body."""
    assert put(fault).status == 200
    assert stored(s3) == BODY


@pytest.mark.parametrize("fault", [refuses(503, "SlowDown"), hangs_up], ids=["throttled", "broken"])
def test_lasting_failures_leave_the_object_unchanged(
    put: Put, s3: "S3Client", fault: Fault
) -> None:
    """Lasting failures are a 503 and leave the object unchanged."""
    assert code_of(put(*[fault] * 3)) == (503, "ServiceUnavailable")
    assert stored(s3) == b"before"


def test_timeouts_are_503(put: Put, s3: "S3Client") -> None:
    """Timeouts are a 503 and leave the object unchanged."""
    timeout = never_answers(STORE_TIMEOUT * 1.2)
    assert code_of(put(*[timeout] * 3)) == (503, "ServiceUnavailable")
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
def test_errors_are_mapped_to_oss(
    put: Put, s3: "S3Client", status: int, code: str, expected: tuple[int, str]
) -> None:
    """Errors of S3 are mapped to errors of OSS; unknown ones are a 503."""
    assert code_of(put(refuses(status, code))) == expected
    assert stored(s3) == b"before"
