"""PUT and DELETE of objects through the handler."""

import base64
import hashlib
import http.client
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from fastcrc import crc64

from tests.functional.conftest import Ask, Reply

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BODY = "Grüße".encode()
MD5 = base64.b64encode(hashlib.md5(BODY, usedforsecurity=False).digest()).decode()

type Put = Callable[..., Reply]


@pytest.fixture
def put(ask: Ask) -> Put:
    """Return a function that stores an object."""

    def put(
        headers: Mapping[str, str] | None = None, body: bytes = BODY, by: str = "owner"
    ) -> Reply:
        return ask("PUT", "closed", "w/a.bin", by=by, headers=headers, body=body)

    return put


def code_of(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def test_a_put_returns_checksums(ask: Ask, put: Put) -> None:
    """A PUT returns ETag, MD5 and CRC-64 and no body; GET and HEAD repeat them (spec 01 §7)."""
    reply = put()
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["etag"] == f'"{base64.b64decode(MD5).hex().upper()}"'
    assert reply.headers["content-md5"] == MD5
    assert reply.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(BODY))
    for method in ("GET", "HEAD"):
        found = ask(method, "closed", "w/a.bin", by="reader")
        assert found.headers["etag"] == reply.headers["etag"]
        assert found.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(BODY))
        assert found.headers["content-type"] == "application/octet-stream"


def test_a_range_has_the_checksum_of_the_whole_object(ask: Ask, put: Put) -> None:
    """The C++ SDK combines the checksums of its parts and compares the result (spec 01 §7)."""
    put()
    part = ask("GET", "closed", "w/a.bin", by="reader", headers={"range": "bytes=0-1"})
    assert part.status == 206
    assert part.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(BODY))


@pytest.mark.parametrize(
    ("key", "content_type"),
    [
        ("w/photo.JPG", "image/jpeg"),
        ("w/a.b.webp", "image/webp"),
        ("w/a.tar.gz", "application/gzip"),
        ("w/page.html", "text/html"),
        ("w/a.unknown", "application/octet-stream"),
        ("w.jpg/plain", "application/octet-stream"),
        ("w/data:text/html,a", "application/octet-stream"),
    ],
)
def test_an_object_without_a_type_has_that_of_its_extension(
    ask: Ask, key: str, content_type: str
) -> None:
    """Presigned URLs are often used without a type; parts and copies follow the rule (C-186)."""
    ask("PUT", "closed", key, by="owner", body=b"x")
    assert ask("HEAD", "closed", key, by="reader").headers["content-type"] == content_type
    replaced = {"x-oss-copy-source": "/closed/w/a.bin", "x-oss-metadata-directive": "REPLACE"}
    ask("PUT", "closed", "w/a.bin", by="owner", body=b"x")
    ask("PUT", "closed", key, by="owner", headers=replaced)
    assert ask("HEAD", "closed", key, by="reader").headers["content-type"] == content_type
    begun = ask("POST", "closed", key, by="owner", query=(("uploads", ""),))
    upload = (("uploadId", ET.fromstring(begun.body).findtext("UploadId") or ""),)
    ask("PUT", "closed", key, by="owner", query=(("partNumber", "1"), *upload), body=b"x")
    headers = {"x-oss-complete-all": "yes"}
    assert ask("POST", "closed", key, by="owner", query=upload, headers=headers).status == 200
    assert ask("HEAD", "closed", key, by="reader").headers["content-type"] == content_type
    sent = {"content-type": "text/x-chosen"}
    ask("PUT", "closed", key, by="owner", headers=sent, body=b"x")
    assert ask("HEAD", "closed", key, by="reader").headers["content-type"] == "text/x-chosen"


def test_headers_and_metadata_are_returned(ask: Ask, put: Put) -> None:
    """HEAD returns all headers and metadata of the PUT (spec 01 §7)."""
    stored = {
        "content-type": "image/jpeg",
        "cache-control": "max-age=5",
        "content-disposition": "attachment",
        "content-encoding": "identity",
        "content-language": "de",
        "expires": "Sun, 01 Nov 2026 10:00:00 GMT",
        "x-oss-meta-author": "alice",
        "x-oss-meta-empty": "",
        "x-oss-storage-class": "IA",
    }
    assert put(stored).status == 200
    found = ask("HEAD", "closed", "w/a.bin", by="reader").headers
    assert {name: found.get(name) for name in stored} == stored


@pytest.mark.parametrize(
    "text", ["soon", "2012-10-01 08:00:00", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "-1"]
)
def test_expires_may_be_any_text(ask: Ask, put: Put, text: str) -> None:
    """The vendor's samples send other dates than HTTP's; an ACL and a copy keep the text."""
    assert put({"expires": text}).status == 200
    headers = {"x-oss-object-acl": "private"}
    assert ask("PUT", "closed", "w/a.bin", by="owner", query=ACL, headers=headers).status == 200
    source = {"x-oss-copy-source": "/closed/w/a.bin"}
    assert ask("PUT", "closed", "w/copy", by="owner", headers=source).status == 200
    for key in ("w/a.bin", "w/copy"):
        assert ask("HEAD", "closed", key, by="reader").headers["expires"] == text


BEYOND_ASCII = {
    "content-type": "text/图",
    "cache-control": "图",
    "content-disposition": 'attachment; filename="中文 \U0001f4f7.txt"',
    "content-encoding": "图",
    "content-language": "中文",
    "expires": "明天",
    "x-oss-meta-author": "Zoë 图 \xa0\u3000.",
}


def test_values_beyond_ascii_survive_every_rewriting(ask: Ask, put: Put, s3: "S3Client") -> None:
    """Values are UTF-8, and S3 has the same bytes after ACL, copy and a change of metadata."""
    sent = BEYOND_ASCII
    assert put(sent).status == 200
    raw = s3.get_object(Bucket="closed", Key="w/a.bin")["ContentDisposition"]
    assert raw.encode("latin-1").decode() == sent["content-disposition"]
    for acl in ("private", "default"):
        headers = {"x-oss-object-acl": acl}
        reply = ask("PUT", "closed", "w/a.bin", by="owner", query=ACL, headers=headers)
        assert reply.status == 200
    source = {"x-oss-copy-source": "/closed/w/a.bin"}
    assert ask("PUT", "closed", "w/copy", by="owner", headers=source).status == 200
    replaced = {**source, **sent, "x-oss-metadata-directive": "REPLACE"}
    assert ask("PUT", "closed", "w/replaced", by="owner", headers=replaced).status == 200
    for key in ("w/a.bin", "w/copy", "w/replaced"):
        found = ask("HEAD", "closed", key, by="reader").headers
        assert {name: found.get(name) for name in sent} == sent
        assert s3.get_object(Bucket="closed", Key=key)["ContentDisposition"] == raw


def store_raw(s3: "S3Client", headers: Mapping[str, bytes]) -> None:
    """Store an object with these header bytes, which botocore would encode."""
    host = s3.meta.endpoint_url.removeprefix("http://")
    with closing(http.client.HTTPConnection(host)) as connection:
        connection.request(
            "PUT",
            "/closed/w/a.bin",
            b"",
            headers={**headers, "Host": host, "Authorization": "AWS testing:none"},
        )
        assert connection.getresponse().status == 200


def test_a_migrated_value_is_read_as_utf_8(ask: Ask, put: Put, s3: "S3Client") -> None:
    """A tool that copied the objects of a bucket stored the bytes of OSS, in any encoding."""
    put({"content-disposition": "x"})
    for charset, shown in (("utf-8", "附件"), ("gbk", "附件".encode("gbk").decode("latin-1"))):
        stored = "附件".encode(charset).decode("latin-1")
        store_raw(s3, {"Content-Disposition": stored.encode("latin-1")})
        headers = {"x-oss-object-acl": "private"}
        for _ in range(2):
            found = ask("HEAD", "closed", "w/a.bin", by="reader")
            assert found.headers["content-disposition"] == shown
            ask("PUT", "closed", "w/a.bin", by="owner", query=ACL, headers=headers)
        assert s3.head_object(Bucket="closed", Key="w/a.bin")["ContentDisposition"] == stored


def test_tags_are_stored(s3: "S3Client", put: Put) -> None:
    """Tag names and values are percent-decoded."""
    assert put({"x-oss-tagging": "a=1&b%20c=%C3%BC&d"}).status == 400
    assert put({"x-oss-tagging": "a=1&b%20c=%C3%BC&d="}).status == 200
    tags = s3.get_object_tagging(Bucket="closed", Key="w/a.bin")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "1", "b c": "ü", "d": ""}


def test_a_body_with_its_digest_is_stored(put: Put) -> None:
    """A PUT with the right Content-MD5 succeeds."""
    assert put({"content-md5": MD5}).status == 200


@pytest.mark.parametrize(
    "text", ["", "x", MD5[:-1], base64.b64encode(bytes(16)).decode(), "ü", MD5.swapcase()]
)
def test_a_body_with_another_digest_is_refused(ask: Ask, put: Put, text: str) -> None:
    """A wrong Content-MD5 is a 400 and leaves the object unchanged."""
    put(body=b"before")
    assert code_of(put({"content-md5": text})) == (400, "InvalidDigest")
    assert ask("GET", "closed", "w/a.bin", by="reader").body == b"before"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-oss-storage-class": "Frozen"}, "InvalidArgument"),
        ({"x-oss-storage-class": "standard"}, "InvalidArgument"),
        ({"x-oss-object-acl": "public"}, "InvalidArgument"),
        ({"x-oss-forbid-overwrite": "yes"}, "InvalidArgument"),
        ({"x-oss-tagging": "&".join(f"t{n}=" for n in range(11))}, "InvalidArgument"),
        ({"x-oss-tagging": "a=1&a=2"}, "InvalidArgument"),
        ({"x-oss-tagging": "%ff=1"}, "InvalidArgument"),
        ({"x-oss-tagging": "=1"}, "InvalidArgument"),
        ({"expires": "a\x00b"}, "InvalidArgument"),
        ({"content-disposition": "a\ufffdb"}, "InvalidArgument"),
        ({"content-type": "a\ud800b"}, "InvalidArgument"),
        ({"x-oss-meta-": "nameless"}, "InvalidArgument"),
        ({"x-oss-meta-darkroom-acl": "public-read"}, "InvalidArgument"),
        ({"x-oss-meta-a": "x" * 1900}, "InvalidArgument"),
        ({"x-oss-meta-a": "图" * 475}, "InvalidArgument"),
        ({"x-oss-meta-a": "a\x7fb"}, "InvalidArgument"),
        ({"x-oss-callback": "e30="}, "InvalidArgument"),
        ({"x-oss-server-side-encryption": "KMS"}, "InvalidEncryptionAlgorithmError"),
        ({"x-oss-server-side-encryption": "SM4"}, "InvalidEncryptionAlgorithmError"),
        ({"x-oss-server-side-encryption": "aes256"}, "InvalidEncryptionAlgorithmError"),
        (
            {"x-oss-server-side-encryption": "AES256", "x-oss-server-side-encryption-key-id": "k"},
            "InvalidEncryptionAlgorithmError",
        ),
    ],
    ids=str,
)
def test_an_invalid_header_is_refused(put: Put, headers: dict[str, str], code: str) -> None:
    """An invalid or unsupported header is refused, not dropped or shortened."""
    reply = put(headers)
    assert code_of(reply)[1] == code


def test_encryption_that_s3_has_anyway_is_answered(ask: Ask) -> None:
    """`AES256` is accepted and answered by PUT, copy and the beginning of an upload."""
    sent = {"x-oss-server-side-encryption": "AES256"}
    copy = {**sent, "x-oss-copy-source": "/closed/w/a.bin"}
    replies = [
        ask("PUT", "closed", "w/a.bin", by="owner", headers=sent, body=b"x"),
        ask("PUT", "closed", "w/b.bin", by="owner", headers=copy),
        ask("POST", "closed", "w/c.bin", by="owner", query=(("uploads", ""),), headers=sent),
    ]
    for reply in replies:
        assert (reply.status, reply.headers["x-oss-server-side-encryption"]) == (200, "AES256")


@pytest.mark.parametrize("place", ["header", "query", "variables"])
def test_a_callback_is_refused_in_its_own_words(ask: Ask, s3: "S3Client", place: str) -> None:
    """In a header and in a presigned URL alike, and nothing is stored."""
    headers = {"x-oss-callback": "e30="} if place == "header" else {}
    name = "callback" if place == "query" else "callback-var"
    query = () if place == "header" else ((name, "e30="),)
    s3.delete_object(Bucket="closed", Key="w/called")
    reply = ask("PUT", "closed", "w/called", by="owner", query=query, headers=headers, body=b"x")
    assert code_of(reply) == (400, "InvalidArgument")
    assert b"Callbacks are not implemented" in reply.body
    assert ask("HEAD", "closed", "w/called", by="owner").status == 404


TAGGING = (("tagging", ""),)


def tag_document(*tags: tuple[str, str]) -> bytes:
    """Write a document of tags."""
    listed = "".join(f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>" for name, value in tags)
    return f"<Tagging><TagSet>{listed}</TagSet></Tagging>".encode()


def test_tags_are_read_replaced_and_deleted(ask: Ask, put: Put) -> None:
    """Tags of the upload and of `?tagging` are the same; a copy keeps them."""

    def tags(key: str = "w/a.bin") -> dict[str, str]:
        reply = ask("GET", "closed", key, by="reader", query=TAGGING)
        assert reply.status == 200
        nodes = ET.fromstring(reply.body).iterfind("TagSet/Tag")
        return {node.findtext("Key", ""): node.findtext("Value", "") for node in nodes}

    put({"x-oss-tagging": "a=1&b%20c=%C3%BC"})
    assert tags() == {"a": "1", "b c": "ü"}
    body = tag_document(("图", "2"), ("e", ""))
    reply = ask("PUT", "closed", "w/a.bin", by="writer", query=TAGGING, body=body)
    assert (reply.status, reply.body) == (200, b"")
    assert tags() == {"图": "2", "e": ""}
    ask("PUT", "closed", "w/b", by="owner", headers={"x-oss-copy-source": "/closed/w/a.bin"})
    assert tags("w/b") == {"图": "2", "e": ""}
    assert ask("DELETE", "closed", "w/a.bin", by="writer", query=TAGGING).status == 204
    assert tags() == {}
    assert ask("GET", "closed", "w/a.bin", by="reader").body == BODY


def test_invalid_tags_are_refused(ask: Ask, put: Put) -> None:
    """The limits are those of the header; reading needs the right to read, writing to write."""
    put()
    for body, code in (
        (tag_document(*((str(number), "") for number in range(11))), "InvalidArgument"),
        (tag_document(("a", "1"), ("a", "2")), "InvalidArgument"),
        (tag_document(("", "1")), "InvalidArgument"),
        (b"<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", "MalformedXML"),
        (b"<Other/>", "MalformedXML"),
    ):
        reply = ask("PUT", "closed", "w/a.bin", by="owner", query=TAGGING, body=body)
        assert code_of(reply) == (400, code)
    assert ask("GET", "closed", "w/a.bin", by="writer", query=TAGGING).status == 403
    assert ask("GET", "demo", "w/a.bin", query=TAGGING).status == 403
    body = tag_document(("a", "1"))
    assert ask("PUT", "closed", "w/a.bin", by="reader", query=TAGGING, body=body).status == 403
    assert ask("GET", "closed", "w/none", by="owner", query=TAGGING).status == 404


def test_metadata_up_to_the_limit_is_stored(put: Put) -> None:
    """The limit counts names and values."""
    assert put({"x-oss-meta-a": "x" * 1899}).status == 200


@pytest.mark.parametrize("content_length", ["3", "8", "07", "six"])
def test_a_body_of_another_length_is_refused(put: Put, content_length: str) -> None:
    """A proxy may take a body for text and re-encode it: the changed length must be detected."""
    assert code_of(put({"content-length": content_length})) == (400, "IncompleteBody")


def test_a_body_up_to_the_limit_is_stored(ask: Ask, put: Put) -> None:
    """A body of 4.5 MB fits into a Lambda event."""
    body = bytes(4_500_000)
    assert put(body=body).headers["x-oss-hash-crc64ecma"] == str(crc64.xz(body))
    found = ask("GET", "closed", "w/a.bin", by="reader")
    assert found.body == body


def test_a_body_over_the_limit_is_refused(put: Put) -> None:
    """The message recommends a direct upload to S3 (decision 009)."""
    reply = put(body=bytes(4_500_001))
    assert code_of(reply) == (400, "EntityTooLarge")
    assert b"S3 directly" in reply.body


def test_an_empty_object_is_stored(ask: Ask, put: Put) -> None:
    """An empty object has a content length of 0."""
    assert put(body=b"").status == 200
    found = ask("GET", "closed", "w/a.bin", by="reader")
    assert (found.status, found.body, found.headers["content-length"]) == (200, b"", "0")


def test_a_put_may_forbid_overwriting(ask: Ask, put: Put) -> None:
    """`x-oss-forbid-overwrite` is a 409 for an existing object; its value ignores case."""
    put(body=b"before")
    assert code_of(put({"x-oss-forbid-overwrite": "True"})) == (409, "FileAlreadyExists")
    assert ask("GET", "closed", "w/a.bin", by="reader").body == b"before"
    assert put({"x-oss-forbid-overwrite": "false"}).status == 200


def test_one_of_concurrent_puts_wins(ask: Ask) -> None:
    """Of concurrent PUTs that forbid overwriting, one succeeds and the others are 409."""

    def one(number: int) -> int:
        body = str(number).encode()
        headers = {"x-oss-forbid-overwrite": "true"}
        return ask("PUT", "closed", "w/race", by="owner", headers=headers, body=body).status

    ask("DELETE", "closed", "w/race", by="owner")
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(one, range(8)))
    assert sorted(statuses) == [200] + [409] * 7
    winner = str(statuses.index(200)).encode()
    assert ask("GET", "closed", "w/race", by="reader").body == winner


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("by", [None, "reader", "other"])
@pytest.mark.parametrize("bucket", ["closed", "demo"])
def test_writing_needs_the_permission(
    ask: Ask, s3: "S3Client", method: str, by: str | None, bucket: str
) -> None:
    """Callers without write permission are refused, also in a public-read bucket."""
    s3.put_object(Bucket=bucket, Key="w/old", Body=b"old")
    assert code_of(ask(method, bucket, "w/old", by=by, body=b"x")) == (403, "AccessDenied")
    assert s3.get_object(Bucket=bucket, Key="w/old")["Body"].read() == b"old"


def test_anonymous_callers_write_to_a_public_bucket(ask: Ask) -> None:
    """Anonymous callers may write to a public-read-write bucket, but not set an object ACL."""
    assert ask("PUT", "open", "a", body=b"x").status == 200
    for acl in ("private", "public-read"):
        reply = ask("PUT", "open", "a", headers={"x-oss-object-acl": acl}, body=b"x")
        assert code_of(reply) == (403, "AccessDenied")
    assert ask("DELETE", "open", "a").status == 204


def test_deleting_is_idempotent(ask: Ask, put: Put) -> None:
    """A repeated DELETE is a 204 (spec 01 §7)."""
    put()
    for _ in range(2):
        reply = ask("DELETE", "closed", "w/a.bin", by="writer")
        assert (reply.status, reply.body) == (204, b"")
    assert ask("GET", "closed", "w/a.bin", by="reader").status == 404


def test_one_version_is_deleted_by_its_id(ask: Ask, s3: "S3Client") -> None:
    """DELETE with `versionId` deletes that version alone."""
    s3.create_bucket(Bucket="s3-versioned")
    s3.put_bucket_versioning(Bucket="s3-versioned", VersioningConfiguration={"Status": "Enabled"})
    old = ask("PUT", "versioned", "d", by="owner", body=b"old").headers["x-oss-version-id"]
    new = ask("PUT", "versioned", "d", by="owner", body=b"new").headers["x-oss-version-id"]
    assert old != new
    query = (("versionId", old),)
    assert ask("DELETE", "versioned", "d", by="owner", query=query).status == 204
    assert ask("GET", "versioned", "d", query=query).status == 404
    assert ask("GET", "versioned", "d").body == b"new"


def test_a_put_with_a_process_is_refused(ask: Ask) -> None:
    """PUT with `x-oss-process` is a 400 and stores nothing (C-15)."""
    query = (("x-oss-process", "image/resize,w_9"),)
    reply = ask("PUT", "closed", "w/none", by="owner", query=query, body=b"x")
    assert code_of(reply) == (400, "InvalidArgument")
    assert ask("HEAD", "closed", "w/none", by="owner").status == 404


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write", "default"])
@pytest.mark.parametrize("when", ["with the object", "later"])
def test_an_object_acl_overrides_the_buckets(ask: Ask, put: Put, acl: str, when: str) -> None:
    """An object's ACL overrides the bucket's and is returned to administrators."""
    if when == "with the object":
        put({"x-oss-object-acl": acl, "x-oss-meta-a": "b"})
    else:
        put({"x-oss-meta-a": "b"})
        headers = {"x-oss-object-acl": acl}
        reply = ask("PUT", "closed", "w/a.bin", by="owner", query=ACL, headers=headers)
        assert (reply.status, reply.body) == (200, b"")
    policy = ask("GET", "closed", "w/a.bin", by="owner", query=ACL)
    assert ET.fromstring(policy.body).findtext("AccessControlList/Grant") == acl
    found = ask("GET", "closed", "w/a.bin")
    assert found.status == (200 if acl.startswith("public") else 403)
    assert ask("GET", "closed", "w/a.bin", by="reader").headers["x-oss-meta-a"] == "b"


ACL = (("acl", ""),)


@pytest.mark.parametrize("by", [None, "reader", "writer", "other"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_acls_need_the_admin_permission(ask: Ask, put: Put, method: str, by: str | None) -> None:
    """Only the owner reads or changes an ACL; anybody else is refused, 403 (spec 01 §7)."""
    put()
    headers = {"x-oss-object-acl": "public-read"}
    reply = ask(method, "closed", "w/a.bin", by=by, query=ACL, headers=headers)
    assert code_of(reply) == (403, "AccessDenied")


def test_an_invalid_acl_is_refused(ask: Ask, put: Put) -> None:
    """An unknown ACL, a missing ACL and a missing object are errors."""
    put()
    for headers, key, expected in (
        ({"x-oss-object-acl": "open"}, "w/a.bin", (400, "InvalidArgument")),
        ({}, "w/a.bin", (400, "MissingArgument")),
        ({"x-oss-object-acl": "private"}, "w/none", (404, "NoSuchKey")),
    ):
        reply = ask("PUT", "closed", key, by="owner", query=ACL, headers=headers)
        assert code_of(reply) == expected
