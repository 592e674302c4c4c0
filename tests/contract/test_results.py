"""Kept results: what every store of them does, and what S3's does not take for one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from darkroom.aws.s3_results import PREFIX, S3Results
from darkroom.errors import Code, OssError
from darkroom.ports import KeptResult, ResultStore
from tests.contract.stores import client_of
from tests.fakes.results import MemoryResults
from tests.wire import Fault, Wire, breaks, hangs_up, refuses

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "s3-results"
BODY = bytes(range(256)) * 5


@pytest.fixture
def s3_results(client: "S3Client") -> S3Results:
    """Keep results in an empty bucket."""
    client.create_bucket(Bucket=BUCKET)
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    return S3Results(client=client, bucket=BUCKET)


@pytest.fixture(params=["memory", "s3"])
def results(request: pytest.FixtureRequest) -> ResultStore:
    """Give each kind of store in turn, empty."""
    if request.param == "memory":
        return MemoryResults()
    store: S3Results = request.getfixturevalue("s3_results")
    return store


def kept(body: bytes | None = BODY) -> KeptResult:
    """Describe what is found of the result `n`."""
    return KeptResult(name="n", content_type="image/webp", size=len(BODY), body=body)


def test_what_was_kept_is_found_as_it_was(results: ResultStore) -> None:
    """Bytes and content type."""
    results.keep("n", BODY, "image/webp")
    assert results.find("n", most=len(BODY)) == kept()


def test_what_was_not_kept_is_not_found(results: ResultStore) -> None:
    """Nor is it an error."""
    results.keep("n", BODY, "image/webp")
    assert results.find("m", most=len(BODY)) is None


def test_the_bytes_of_a_large_one_stay_where_they_are(results: ResultStore) -> None:
    """It is known to be there, and how large it is."""
    results.keep("n", BODY, "image/webp")
    assert results.find("n", most=len(BODY) - 1) == kept(None)


def test_an_empty_one_is_one(results: ResultStore) -> None:
    """As it was kept."""
    results.keep("n", b"", "image/webp")
    found = results.find("n", most=0)
    assert found == KeptResult(name="n", content_type="image/webp", size=0, body=b"")


def test_keeping_twice_does_no_harm(results: ResultStore) -> None:
    """Two requests may have made it at the same time."""
    for _ in range(2):
        results.keep("n", BODY, "image/webp")
    assert results.find("n", most=len(BODY)) == kept()


def test_an_address_gives_the_bytes_with_the_headers_that_it_was_made_for(
    s3_results: S3Results,
) -> None:
    """Whatever they were kept with."""
    s3_results.keep("n", BODY, "image/webp")
    with urlopen(s3_results.link("n", headers={"content-type": "image/x-chosen"})) as reply:
        assert (reply.read(), reply.headers["content-type"]) == (BODY, "image/x-chosen")


def meta(client: "S3Client", name: str = "n") -> dict[str, str]:
    """Give the metadata of a kept result."""
    return client.head_object(Bucket=BUCKET, Key=PREFIX + name)["Metadata"]


FOREIGN: Mapping[str, Mapping[str, Any]] = {
    "no-seal": {"Metadata": {}},
    "another-type": {"ContentType": "text/html"},
    "shorter": {"Body": BODY[:-1]},
    "longer": {"Body": BODY + b"x"},
    "other-bytes": {"Body": BODY[::-1]},
    "malformed-seal": {"Metadata": {"darkroom-seal": str(len(BODY))}},
}


@pytest.mark.parametrize("difference", FOREIGN.values(), ids=list(FOREIGN))
def test_what_is_not_as_it_was_kept_is_not_there(
    client: "S3Client", s3_results: S3Results, difference: Mapping[str, Any]
) -> None:
    """Damaged, or put there by other hands: it is made anew, and kept over it."""
    s3_results.keep("n", BODY, "image/webp")
    entry: dict[str, Any] = {"Body": BODY, "ContentType": "image/webp", "Metadata": meta(client)}
    entry |= difference
    client.put_object(Bucket=BUCKET, Key=f"{PREFIX}n", **entry)
    assert s3_results.find("n", most=10_000) is None
    s3_results.keep("n", BODY, "image/webp")
    assert s3_results.find("n", most=10_000) == kept()


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b"x"], ids=["shorter", "longer"])
def test_a_large_one_of_another_length_is_not_there(
    client: "S3Client", s3_results: S3Results, body: bytes
) -> None:
    """Its bytes are not read, but they can be counted."""
    s3_results.keep("n", BODY, "image/webp")
    client.put_object(Bucket=BUCKET, Key=f"{PREFIX}n", Body=body, Metadata=meta(client))
    assert s3_results.find("n", most=9) is None


def test_a_result_under_the_name_of_another_is_not_there(
    client: "S3Client", s3_results: S3Results
) -> None:
    """Not even a copy with everything that was kept."""
    s3_results.keep("n", BODY, "image/webp")
    source = {"Bucket": BUCKET, "Key": f"{PREFIX}n"}
    client.copy_object(Bucket=BUCKET, Key=f"{PREFIX}m", CopySource=source)  # type: ignore[arg-type]
    assert meta(client, "m") == meta(client, "n")
    assert s3_results.find("m", most=10_000) is None


def test_a_store_that_is_gone_says_so(client: "S3Client") -> None:
    """In words that give nothing of it away to a caller."""
    gone = S3Results(client=client, bucket="s3-nowhere")
    with pytest.raises(OssError) as looking:
        gone.find("n", most=1)
    with pytest.raises(OssError) as keeping:
        gone.keep("n", b"x", "image/webp")
    for error in (looking.value, keeping.value):
        assert error.code is Code.SERVICE_UNAVAILABLE
        assert "s3-nowhere" not in error.message


@pytest.mark.parametrize(
    "fault",
    [refuses(403, "AccessDenied"), refuses(503, "SlowDown"), hangs_up, breaks(after=9)],
    ids=["denied", "throttled", "hangs-up", "breaks-off"],
)
def test_a_look_that_fails_is_no_miss(
    client: "S3Client", s3_results: S3Results, fault: Fault
) -> None:
    """Who looks is to know that the store is not well."""
    s3_results.keep("n", BODY, "image/webp")
    with Wire(upstream=client.meta.endpoint_url, faults=[fault] * 9).open() as wire:
        store = S3Results(client=client_of(wire.address), bucket=BUCKET)
        with pytest.raises(OssError) as error:
            store.find("n", most=10_000)
    assert error.value.code is Code.SERVICE_UNAVAILABLE
