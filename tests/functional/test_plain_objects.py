"""Plain objects through the handler: whole, by range, by version, with chosen headers."""

from typing import TYPE_CHECKING

import pytest

from tests.functional.conftest import Ask

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BODY = bytes(range(100))


@pytest.fixture(autouse=True, scope="module")
def stored(s3: "S3Client") -> None:
    """Store an object with headers, metadata and a storage class."""
    for bucket in ("demo", "closed"):
        s3.put_object(
            Bucket=bucket,
            Key="a.bin",
            Body=BODY,
            ContentType="image/x-test",
            CacheControl="max-age=60",
            ContentDisposition="inline",
            Metadata={"author": "alice"},
            StorageClass="STANDARD_IA",
        )


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_object_has_its_stored_headers(ask: Ask, method: str) -> None:
    """GET and HEAD return the stored headers and metadata (spec 01 §7)."""
    reply = ask(method, "demo", "a.bin")
    assert reply.status == 200
    assert reply.body == (BODY if method == "GET" else b"")
    assert reply.headers["content-type"] == "image/x-test"
    assert reply.headers["content-length"] == "100"
    assert reply.headers["cache-control"] == "max-age=60"
    assert reply.headers["content-disposition"] == "inline"
    assert reply.headers["accept-ranges"] == "bytes"
    assert reply.headers["x-oss-meta-author"] == "alice"
    assert reply.headers["x-oss-object-type"] == "Normal"
    assert reply.headers["x-oss-storage-class"] == "IA"
    assert "x-oss-hash-crc64ecma" not in reply.headers


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [("bytes=10-19", 10, 19), ("bytes=90-", 90, 99), ("bytes=-5", 95, 99), ("bytes=0-99", 0, 99)],
)
def test_a_range_is_206(ask: Ask, header: str, first: int, last: int) -> None:
    """A range is a 206 with Content-Range and the bytes of the range."""
    reply = ask("GET", "demo", "a.bin", headers={"range": header})
    assert (reply.status, reply.body) == (206, BODY[first : last + 1])
    assert reply.headers["content-range"] == f"bytes {first}-{last}/100"
    assert reply.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize(
    "header", ["bytes=50-100", "bytes=100-", "bytes=-0", "bytes=5-4", "bytes=0-1,5-6", "nonsense"]
)
def test_an_invalid_range_is_ignored(ask: Ask, header: str) -> None:
    """An invalid range is ignored: 200 with the whole object (spec 01 §7)."""
    reply = ask("GET", "demo", "a.bin", headers={"range": header})
    assert (reply.status, reply.body) == (200, BODY)
    assert "content-range" not in reply.headers


def test_standard_behaviour_cuts_a_range_at_the_end(ask: Ask) -> None:
    """With `x-oss-range-behavior: standard`, a range is cut at the end or is a 416."""
    asked = {"range": "bytes=90-200", "x-oss-range-behavior": "standard"}
    reply = ask("GET", "demo", "a.bin", headers=asked)
    assert (reply.status, reply.body) == (206, BODY[90:])
    reply = ask("GET", "demo", "a.bin", headers=asked | {"range": "bytes=100-200"})
    assert reply.status == 416
    assert b"<Code>InvalidRange</Code>" in reply.body


def test_a_range_of_an_unchanged_object_is_304(ask: Ask) -> None:
    """Preconditions are checked before the range."""
    etag = ask("HEAD", "demo", "a.bin").headers["etag"]
    headers = {"range": "bytes=0-1", "if-none-match": etag}
    assert ask("GET", "demo", "a.bin", headers=headers).status == 304
    headers = {"range": "bytes=0-1", "if-match": '"another"'}
    assert ask("GET", "demo", "a.bin", headers=headers).status == 412


CHOSEN = (
    ("response-content-type", "text/plain; charset=utf-8"),
    ("response-content-language", "de"),
    ("response-expires", "Sun, 01 Nov 2026 10:00:00 GMT"),
    ("response-cache-control", "no-cache"),
    ("response-content-disposition", 'attachment; filename="b+c.bin"'),
    ("response-content-encoding", "identity"),
)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_signed_request_chooses_reply_headers(ask: Ask, method: str) -> None:
    """A signed request may set each of the six reply headers (spec 01 §5.1)."""
    reply = ask(method, "closed", "a.bin", by="reader", query=CHOSEN)
    assert reply.status == 200
    for name, value in CHOSEN:
        assert reply.headers[name.removeprefix("response-")] == value


@pytest.mark.parametrize("query", [(pair,) for pair in CHOSEN], ids=lambda query: query[0][0])
def test_an_anonymous_request_chooses_no_headers(ask: Ask, query: tuple[tuple[str, str]]) -> None:
    """Otherwise a link could serve another user's picture as a script (C-20)."""
    reply = ask("GET", "demo", "a.bin", query=query)
    assert reply.status == 400
    assert b"<Code>InvalidRequest</Code>" in reply.body


@pytest.mark.parametrize("value", ["a\r\nset-cookie: b", "\x7f", "\x00"], ids=ascii)
def test_a_chosen_header_is_one_line(ask: Ask, value: str) -> None:
    """A chosen header with a line break or another control character is a 400."""
    query = (("response-content-disposition", value),)
    reply = ask("GET", "demo", "a.bin", by="reader", query=query)
    assert reply.status == 400
    assert b"<Code>InvalidArgument</Code>" in reply.body


def test_a_chosen_header_may_be_beyond_ascii(ask: Ask) -> None:
    """Back ends sign file names as they are, in every version."""
    value = 'attachment; filename="中文\u3000.txt"'
    query = (("response-content-disposition", value),)
    for method in ("GET", "HEAD"):
        reply = ask(method, "demo", "a.bin", by="reader", query=query)
        assert (reply.status, reply.headers["content-disposition"]) == (200, value)


def test_the_type_of_a_processed_picture_can_be_chosen(ask: Ask, s3: "S3Client") -> None:
    """`response-content-type` applies to processed pictures too (spec 01 §6.1)."""
    s3.put_object(Bucket="demo", Key="dot.gif", Body=DOT)
    query = (("x-oss-process", "image/format,png"), ("response-content-type", "image/apng"))
    reply = ask("GET", "demo", "dot.gif", by="reader", query=query)
    assert (reply.status, reply.headers["content-type"]) == (200, "image/apng")


DOT = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_object_meta_is_size_tag_and_date(ask: Ask, method: str) -> None:
    """GetObjectMeta returns ETag, date and, for HEAD only, the size."""
    reply = ask(method, "demo", "a.bin", query=(("objectMeta", ""),))
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["etag"] == ask("HEAD", "demo", "a.bin").headers["etag"]
    assert reply.headers["last-modified"].endswith("GMT")
    assert reply.headers.get("content-length") == ("100" if method == "HEAD" else None)
    assert not any(name.startswith("x-oss-meta") for name in reply.headers)
    missing = ask(method, "demo", "none", query=(("objectMeta", ""),))
    assert missing.status == 404


def test_an_older_version_is_read_by_its_id(ask: Ask, s3: "S3Client") -> None:
    """`versionId` selects the version of a plain, a HEAD and a processed request."""
    s3.create_bucket(Bucket="s3-versioned")
    s3.put_bucket_versioning(Bucket="s3-versioned", VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket="s3-versioned", Key="v.gif", Body=DOT)["VersionId"]
    new = s3.put_object(Bucket="s3-versioned", Key="v.gif", Body=b"new")["VersionId"]
    query = (("versionId", old),)
    reply = ask("GET", "versioned", "v.gif", query=query)
    assert (reply.body, reply.headers["x-oss-version-id"]) == (DOT, old)
    assert ask("HEAD", "versioned", "v.gif", query=query).headers["content-length"] == str(len(DOT))
    process = (*query, ("x-oss-process", "image/format,png"))
    assert ask("GET", "versioned", "v.gif", query=process).headers["x-oss-version-id"] == old
    assert ask("GET", "versioned", "v.gif").headers["x-oss-version-id"] == new


def test_a_missing_version_is_not_found(ask: Ask) -> None:
    """A missing version is a 404, also where S3 would refuse its id."""
    reply = ask("GET", "demo", "a.bin", query=(("versionId", "no-such-version"),))
    assert reply.status == 404


@pytest.mark.parametrize("query", ["versionId", "objectMeta"])
def test_an_invalid_version_is_a_client_error(ask: Ask, query: str) -> None:
    """S3 answers a HEAD of an invalid version with a bare 400, which must not become a 5xx."""
    sent = tuple({query: "", "versionId": "\0"}.items())
    for method in ("HEAD", "GET"):
        assert ask(method, "demo", "a.bin", query=sent).status in (400, 404)
