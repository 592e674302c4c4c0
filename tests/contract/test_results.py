"""Kept results: what every store of them does, and what S3's does not take for one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from darkroom.aws.s3_results import PREFIX, S3ResultStorage
from darkroom.errors import Code, OssError
from darkroom.ports.results import CachedResult, ResultStorage
from tests.contract.stores import client_of
from tests.fakes.results import MemoryResultStorage
from tests.faulty_proxy import Fault, FaultyProxy, breaks, hangs_up, refuses

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "s3-results"
BODY = bytes(range(256)) * 5


@pytest.fixture
def s3_results(client: "S3Client") -> S3ResultStorage:
    """Keep results in an empty bucket."""
    client.create_bucket(Bucket=BUCKET)
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    return S3ResultStorage(client=client, bucket=BUCKET)


@pytest.fixture(params=["memory", "s3"])
def results(request: pytest.FixtureRequest) -> ResultStorage:
    """Give each kind of store in turn, empty."""
    if request.param == "memory":
        return MemoryResultStorage()
    store: S3ResultStorage = request.getfixturevalue("s3_results")
    return store


def kept(body: bytes | None = BODY) -> CachedResult:
    """Describe what is found of the result `n`."""
    return CachedResult(key="n", content_type="image/webp", size=len(BODY), body=body)


def test_what_was_kept_is_found_as_it_was(results: ResultStorage) -> None:
    """Bytes and content type."""
    results.put("n", BODY, "image/webp")
    assert results.get("n", max_bytes=len(BODY)) == kept()


def test_what_was_not_kept_is_not_found(results: ResultStorage) -> None:
    """Nor is it an error."""
    results.put("n", BODY, "image/webp")
    assert results.get("m", max_bytes=len(BODY)) is None


def test_the_bytes_of_a_large_one_stay_where_they_are(results: ResultStorage) -> None:
    """It is known to be there, and how large it is."""
    results.put("n", BODY, "image/webp")
    assert results.get("n", max_bytes=len(BODY) - 1) == kept(None)


def test_an_empty_one_is_one(results: ResultStorage) -> None:
    """As it was kept."""
    results.put("n", b"", "image/webp")
    found = results.get("n", max_bytes=0)
    assert found == CachedResult(key="n", content_type="image/webp", size=0, body=b"")


def test_keeping_twice_does_no_harm(results: ResultStorage) -> None:
    """Two requests may have made it at the same time."""
    for _ in range(2):
        results.put("n", BODY, "image/webp")
    assert results.get("n", max_bytes=len(BODY)) == kept()


def test_an_address_gives_the_bytes_with_the_headers_that_it_was_made_for(
    s3_results: S3ResultStorage,
) -> None:
    """Whatever they were kept with."""
    s3_results.put("n", BODY, "image/webp")
    with urlopen(s3_results.presign("n", headers={"content-type": "image/x-chosen"})) as reply:
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
    client: "S3Client", s3_results: S3ResultStorage, difference: Mapping[str, Any]
) -> None:
    """A damaged or foreign entry is a cache miss, and the next result overwrites it."""
    s3_results.put("n", BODY, "image/webp")
    entry: dict[str, Any] = {"Body": BODY, "ContentType": "image/webp", "Metadata": meta(client)}
    entry |= difference
    client.put_object(Bucket=BUCKET, Key=f"{PREFIX}n", **entry)
    assert s3_results.get("n", max_bytes=10_000) is None
    s3_results.put("n", BODY, "image/webp")
    assert s3_results.get("n", max_bytes=10_000) == kept()


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b"x"], ids=["shorter", "longer"])
def test_a_large_one_of_another_length_is_not_there(
    client: "S3Client", s3_results: S3ResultStorage, body: bytes
) -> None:
    """Its bytes are not read, but they can be counted."""
    s3_results.put("n", BODY, "image/webp")
    client.put_object(Bucket=BUCKET, Key=f"{PREFIX}n", Body=body, Metadata=meta(client))
    assert s3_results.get("n", max_bytes=9) is None


def test_a_result_under_the_name_of_another_is_not_there(
    client: "S3Client", s3_results: S3ResultStorage
) -> None:
    """Not even a copy with everything that was kept."""
    s3_results.put("n", BODY, "image/webp")
    source = {"Bucket": BUCKET, "Key": f"{PREFIX}n"}
    client.copy_object(Bucket=BUCKET, Key=f"{PREFIX}m", CopySource=source)  # type: ignore[arg-type]
    assert meta(client, "m") == meta(client, "n")
    assert s3_results.get("m", max_bytes=10_000) is None


def test_a_store_that_is_gone_says_so(client: "S3Client") -> None:
    """In words that give nothing of it away to a caller."""
    gone = S3ResultStorage(client=client, bucket="s3-nowhere")
    with pytest.raises(OssError) as looking:
        gone.get("n", max_bytes=1)
    with pytest.raises(OssError) as keeping:
        gone.put("n", b"x", "image/webp")
    for error in (looking.value, keeping.value):
        assert error.code is Code.SERVICE_UNAVAILABLE
        assert "s3-nowhere" not in error.message


@pytest.mark.parametrize(
    "fault",
    [refuses(403, "AccessDenied"), refuses(503, "SlowDown"), hangs_up, breaks(after=9)],
    ids=["denied", "throttled", "hangs-up", "breaks-off"],
)
def test_a_look_that_fails_is_no_miss(
    client: "S3Client", s3_results: S3ResultStorage, fault: Fault
) -> None:
    """Who looks is to know that the store is not well."""
    s3_results.put("n", BODY, "image/webp")
    with FaultyProxy(upstream=client.meta.endpoint_url, faults=[fault] * 9).open() as wire:
        store = S3ResultStorage(client=client_of(wire.address), bucket=BUCKET)
        with pytest.raises(OssError) as error:
            store.get("n", max_bytes=10_000)
    assert error.value.code is Code.SERVICE_UNAVAILABLE
