"""PUT and DELETE of objects through the handler."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
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
    """Store an object as a key that may."""

    def put(
        headers: Mapping[str, str] | None = None, body: bytes = BODY, by: str = "owner"
    ) -> Reply:
        return ask("PUT", "closed", "w/a.bin", by=by, headers=headers, body=body)

    return put


def code_of(reply: Reply) -> tuple[int, str | None]:
    """Give status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def test_a_stored_object_is_told_with_its_checksums(ask: Ask, put: Put) -> None:
    """Empty body; ETag, digest and checksum as SDKs compare them (spec 01 §7)."""
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


def test_a_part_and_a_picture_have_no_checksum_of_the_whole(ask: Ask, put: Put) -> None:
    """SDKs would compare it with something else."""
    put()
    part = ask("GET", "closed", "w/a.bin", by="reader", headers={"range": "bytes=0-1"})
    assert "x-oss-hash-crc64ecma" not in part.headers


def test_headers_and_metadata_come_back(ask: Ask, put: Put) -> None:
    """All that OSS stores (spec 01 §7)."""
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


def test_tags_are_stored(s3: "S3Client", put: Put) -> None:
    """Names and values percent-encoded, as they are sent."""
    assert put({"x-oss-tagging": "a=1&b%20c=%C3%BC&d"}).status == 400
    assert put({"x-oss-tagging": "a=1&b%20c=%C3%BC&d="}).status == 200
    tags = s3.get_object_tagging(Bucket="closed", Key="w/a.bin")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "1", "b c": "ü", "d": ""}


def test_a_body_with_its_digest_is_stored(put: Put) -> None:
    """Content-MD5 is base64 of the digest."""
    assert put({"content-md5": MD5}).status == 200


@pytest.mark.parametrize(
    "text", ["", "x", MD5[:-1], base64.b64encode(bytes(16)).decode(), "ü", MD5.swapcase()]
)
def test_a_body_with_another_digest_is_refused(ask: Ask, put: Put, text: str) -> None:
    """And leaves what was there."""
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
        ({"expires": "soon"}, "InvalidArgument"),
        ({"expires": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, "InvalidArgument"),
        ({"expires": "Fri, 31 Dec 9999 23:59:59 -0100"}, "InvalidArgument"),
        ({"x-oss-meta-": "nameless"}, "InvalidArgument"),
        ({"x-oss-meta-darkroom-acl": "public-read"}, "InvalidArgument"),
        ({"x-oss-meta-a": "x" * 1900}, "InvalidArgument"),
        ({"x-oss-meta-a": "图"}, "InvalidArgument"),
        ({"x-oss-callback": "e30="}, "NotImplemented"),
        ({"x-oss-server-side-encryption": "KMS"}, "NotImplemented"),
    ],
    ids=str,
)
def test_what_cannot_be_stored_is_refused(put: Put, headers: dict[str, str], code: str) -> None:
    """Instead of being left out or cut short."""
    reply = put(headers)
    assert code_of(reply)[1] == code


def test_metadata_up_to_the_limit_is_stored(put: Put) -> None:
    """Names count as well."""
    assert put({"x-oss-meta-a": "x" * 1899}).status == 200


@pytest.mark.parametrize("announced", ["3", "8", "07", "six"])
def test_a_body_that_changed_on_its_way_is_refused(put: Put, announced: str) -> None:
    """A proxy may take a body for text and re-encode it: the changed length must be detected."""
    assert code_of(put({"content-length": announced})) == (400, "IncompleteBody")


def test_a_body_up_to_the_limit_is_stored(ask: Ask, put: Put) -> None:
    """4.5 MB fit into a function's event."""
    body = bytes(4_500_000)
    assert put(body=body).headers["x-oss-hash-crc64ecma"] == str(crc64.xz(body))
    found = ask("GET", "closed", "w/a.bin", by="reader")
    assert found.body == body


def test_a_body_over_the_limit_is_told_another_way(put: Put) -> None:
    """The advice is part of the message (decision 009)."""
    reply = put(body=bytes(4_500_001))
    assert code_of(reply) == (400, "EntityTooLarge")
    assert b"S3 directly" in reply.body


def test_an_empty_object_is_stored(ask: Ask, put: Put) -> None:
    """A length of 0 is a length."""
    assert put(body=b"").status == 200
    found = ask("GET", "closed", "w/a.bin", by="reader")
    assert (found.status, found.body, found.headers["content-length"]) == (200, b"", "0")


def test_what_may_not_be_overwritten_stays(ask: Ask, put: Put) -> None:
    """409, and true or false in any case."""
    put(body=b"before")
    assert code_of(put({"x-oss-forbid-overwrite": "True"})) == (409, "FileAlreadyExists")
    assert ask("GET", "closed", "w/a.bin", by="reader").body == b"before"
    assert put({"x-oss-forbid-overwrite": "false"}).status == 200


def test_of_many_that_forbid_overwriting_one_wins(ask: Ask) -> None:
    """However close the race: the store decides."""

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
def test_who_may_not_write_changes_nothing(
    ask: Ask, s3: "S3Client", method: str, by: str | None, bucket: str
) -> None:
    """A public bucket is public to readers only."""
    s3.put_object(Bucket=bucket, Key="w/kept", Body=b"kept")
    assert code_of(ask(method, bucket, "w/kept", by=by, body=b"x")) == (403, "AccessDenied")
    assert s3.get_object(Bucket=bucket, Key="w/kept")["Body"].read() == b"kept"


def test_anyone_writes_to_a_bucket_that_is_open_for_it(ask: Ask) -> None:
    """But nobody without a key gives an object an ACL of its own."""
    assert ask("PUT", "open", "a", body=b"x").status == 200
    for acl in ("private", "public-read"):
        reply = ask("PUT", "open", "a", headers={"x-oss-object-acl": acl}, body=b"x")
        assert code_of(reply) == (403, "AccessDenied")
    assert ask("DELETE", "open", "a").status == 204


def test_deleting_is_204_whether_the_object_is_there_or_not(ask: Ask, put: Put) -> None:
    """Once and again (spec 01 §7)."""
    put()
    for _ in range(2):
        reply = ask("DELETE", "closed", "w/a.bin", by="writer")
        assert (reply.status, reply.body) == (204, b"")
    assert ask("GET", "closed", "w/a.bin", by="reader").status == 404


def test_one_version_is_deleted_by_its_id(ask: Ask, s3: "S3Client") -> None:
    """The newer one stays."""
    s3.create_bucket(Bucket="s3-kept")
    s3.put_bucket_versioning(Bucket="s3-kept", VersioningConfiguration={"Status": "Enabled"})
    old = ask("PUT", "kept", "d", by="owner", body=b"old").headers["x-oss-version-id"]
    new = ask("PUT", "kept", "d", by="owner", body=b"new").headers["x-oss-version-id"]
    assert old != new
    query = (("versionId", old),)
    assert ask("DELETE", "kept", "d", by="owner", query=query).status == 204
    assert ask("GET", "kept", "d", query=query).status == 404
    assert ask("GET", "kept", "d").body == b"new"


def test_processing_is_not_for_put(ask: Ask) -> None:
    """400 and nothing is stored (C-15)."""
    query = (("x-oss-process", "image/resize,w_9"),)
    reply = ask("PUT", "closed", "w/none", by="owner", query=query, body=b"x")
    assert code_of(reply) == (400, "InvalidArgument")
    assert ask("HEAD", "closed", "w/none", by="owner").status == 404


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write", "default"])
@pytest.mark.parametrize("way", ["with the object", "later"])
def test_an_object_has_an_acl_of_its_own(ask: Ask, put: Put, acl: str, way: str) -> None:
    """It counts more than the bucket's, and is told to who administers the bucket."""
    if way == "with the object":
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
def test_acls_are_the_owners_business(ask: Ask, put: Put, method: str, by: str | None) -> None:
    """Only the owner reads or changes an ACL; anybody else is refused, 403 (spec 01 §7)."""
    put()
    headers = {"x-oss-object-acl": "public-read"}
    reply = ask(method, "closed", "w/a.bin", by=by, query=ACL, headers=headers)
    assert code_of(reply) == (403, "AccessDenied")


def test_an_acl_that_is_none_is_refused(ask: Ask, put: Put) -> None:
    """Unknown, missing, or of no object."""
    put()
    for headers, key, expected in (
        ({"x-oss-object-acl": "open"}, "w/a.bin", (400, "InvalidArgument")),
        ({}, "w/a.bin", (400, "MissingArgument")),
        ({"x-oss-object-acl": "private"}, "w/none", (404, "NoSuchKey")),
    ):
        reply = ask("PUT", "closed", key, by="owner", query=ACL, headers=headers)
        assert code_of(reply) == expected
