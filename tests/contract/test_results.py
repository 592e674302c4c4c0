"""Contract of the result storages, and which entries the S3 storage ignores."""

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
    """Return a storage in an empty bucket."""
    client.create_bucket(Bucket=BUCKET)
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    return S3ResultStorage(client=client, bucket=BUCKET)


@pytest.fixture(params=["memory", "s3"])
def results(request: pytest.FixtureRequest) -> ResultStorage:
    """Return each kind of storage in turn, empty."""
    if request.param == "memory":
        return MemoryResultStorage()
    store: S3ResultStorage = request.getfixturevalue("s3_results")
    return store


def cached(body: bytes | None = BODY) -> CachedResult:
    """Return the cached result `n`."""
    return CachedResult(key="n", content_type="image/webp", size=len(BODY), body=body)


def test_a_stored_result_is_returned(results: ResultStorage) -> None:
    """A stored result is returned with its bytes and content type."""
    results.put("n", BODY, "image/webp")
    assert results.get("n", max_bytes=len(BODY)) == cached()


def test_a_missing_result_is_none(results: ResultStorage) -> None:
    """`get` returns None for a result that was not stored."""
    results.put("n", BODY, "image/webp")
    assert results.get("m", max_bytes=len(BODY)) is None


def test_the_body_of_a_large_result_is_not_read(results: ResultStorage) -> None:
    """A result over `max_bytes` is returned with its size and without its body."""
    results.put("n", BODY, "image/webp")
    assert results.get("n", max_bytes=len(BODY) - 1) == cached(None)


def test_an_empty_result_is_stored(results: ResultStorage) -> None:
    """An empty result is stored and returned."""
    results.put("n", b"", "image/webp")
    found = results.get("n", max_bytes=0)
    assert found == CachedResult(key="n", content_type="image/webp", size=0, body=b"")


def test_a_result_may_be_stored_twice(results: ResultStorage) -> None:
    """Storing a result twice raises nothing: two requests may render it at the same time."""
    for _ in range(2):
        results.put("n", BODY, "image/webp")
    assert results.get("n", max_bytes=len(BODY)) == cached()


def test_a_presigned_url_overrides_the_headers(
    s3_results: S3ResultStorage,
) -> None:
    """A presigned URL answers with the headers that it was signed for."""
    s3_results.put("n", BODY, "image/webp")
    with urlopen(s3_results.presign("n", headers={"content-type": "image/x-chosen"})) as reply:
        assert (reply.read(), reply.headers["content-type"]) == (BODY, "image/x-chosen")


def meta(client: "S3Client", name: str = "n") -> dict[str, str]:
    """Return the metadata of a stored result."""
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
def test_a_changed_entry_is_a_miss(
    client: "S3Client", s3_results: S3ResultStorage, difference: Mapping[str, Any]
) -> None:
    """A damaged or foreign entry is a cache miss, and the next result overwrites it."""
    s3_results.put("n", BODY, "image/webp")
    entry: dict[str, Any] = {"Body": BODY, "ContentType": "image/webp", "Metadata": meta(client)}
    entry |= difference
    client.put_object(Bucket=BUCKET, Key=f"{PREFIX}n", **entry)
    assert s3_results.get("n", max_bytes=10_000) is None
    s3_results.put("n", BODY, "image/webp")
    assert s3_results.get("n", max_bytes=10_000) == cached()


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b"x"], ids=["shorter", "longer"])
def test_a_large_entry_of_another_length_is_a_miss(
    client: "S3Client", s3_results: S3ResultStorage, body: bytes
) -> None:
    """A large entry whose length differs from the recorded one is a cache miss."""
    s3_results.put("n", BODY, "image/webp")
    client.put_object(Bucket=BUCKET, Key=f"{PREFIX}n", Body=body, Metadata=meta(client))
    assert s3_results.get("n", max_bytes=9) is None


def test_a_copied_entry_is_a_miss(client: "S3Client", s3_results: S3ResultStorage) -> None:
    """A copy of an entry under another key is a cache miss."""
    s3_results.put("n", BODY, "image/webp")
    source = {"Bucket": BUCKET, "Key": f"{PREFIX}n"}
    client.copy_object(Bucket=BUCKET, Key=f"{PREFIX}m", CopySource=source)  # type: ignore[arg-type]
    assert meta(client, "m") == meta(client, "n")
    assert s3_results.get("m", max_bytes=10_000) is None


def test_a_missing_bucket_is_service_unavailable(client: "S3Client") -> None:
    """A missing bucket raises ServiceUnavailable, whose message does not name the bucket."""
    missing = S3ResultStorage(client=client, bucket="s3-nowhere")
    with pytest.raises(OssError) as get_error:
        missing.get("n", max_bytes=1)
    with pytest.raises(OssError) as put_error:
        missing.put("n", b"x", "image/webp")
    for error in (get_error.value, put_error.value):
        assert error.code is Code.SERVICE_UNAVAILABLE
        assert "s3-nowhere" not in error.message


@pytest.mark.parametrize(
    "fault",
    [refuses(403, "AccessDenied"), refuses(503, "SlowDown"), hangs_up, breaks(after=9)],
    ids=["denied", "throttled", "hangs-up", "breaks-off"],
)
def test_a_failed_read_is_not_a_miss(
    client: "S3Client", s3_results: S3ResultStorage, fault: Fault
) -> None:
    """A failed read raises ServiceUnavailable, so that the caller can tell it from a miss."""
    s3_results.put("n", BODY, "image/webp")
    with FaultyProxy(upstream=client.meta.endpoint_url, faults=[fault] * 9).open() as proxy:
        store = S3ResultStorage(client=client_of(proxy.address), bucket=BUCKET)
        with pytest.raises(OssError) as error:
            store.get("n", max_bytes=10_000)
    assert error.value.code is Code.SERVICE_UNAVAILABLE
