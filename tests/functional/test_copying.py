"""CopyObject through the handler."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from fastcrc import crc64

from tests.functional.conftest import Ask, Reply

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BODY = b"copied"
STORED = {
    "content-type": "image/png",
    "cache-control": "max-age=5",
    "x-oss-meta-author": "alice",
    "x-oss-tagging": "a=1",
    "x-oss-object-acl": "public-read",
}

type Copy = Callable[..., Reply]


@pytest.fixture(autouse=True)
def stored(ask: Ask) -> None:
    """Store the source, and delete the target."""
    ask("PUT", "closed", "c/from ü+%.png", by="owner", headers=STORED, body=BODY)
    ask("DELETE", "demo", "c/to", by="owner")


@pytest.fixture
def copy(ask: Ask) -> Copy:
    """Return a function that copies the source to the target."""

    def copy(
        headers: Mapping[str, str] | None = None,
        source: str = "/closed/c/from ü+%.png",
        by: str | None = "owner",
    ) -> Reply:
        named = {"x-oss-copy-source": quote(source)}
        return ask("PUT", "demo", "c/to", by=by, headers=named | dict(headers or {}))

    return copy


def code_of(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


@pytest.mark.parametrize("source", ["/closed/c/from ü+%.png", "closed/c/from ü+%.png"])
def test_a_copy_returns_etag_and_date(ask: Ask, copy: Copy, source: str) -> None:
    """A copy returns ETag and date; the source may start with a slash or not."""
    reply = copy(source=source)
    result = ET.fromstring(reply.body)
    assert (reply.status, result.tag) == (200, "CopyObjectResult")
    assert reply.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(BODY))
    found = ask("GET", "demo", "c/to")
    assert found.body == BODY
    assert result.findtext("ETag") == found.headers["etag"]
    assert (result.findtext("LastModified") or "").endswith("Z")


def test_a_copy_keeps_all_but_the_acl(ask: Ask, copy: Copy, s3: "S3Client") -> None:
    """A copy takes over type, headers, metadata and tags; its ACL is the default."""
    copy({"content-type": "text/plain", "x-oss-meta-author": "bob", "x-oss-tagging": "b=2"})
    found = ask("HEAD", "demo", "c/to").headers
    assert found["content-type"] == "image/png"
    assert found["cache-control"] == "max-age=5"
    assert found["x-oss-meta-author"] == "alice"
    assert found["x-oss-hash-crc64ecma"] == str(crc64.xz(BODY))
    tags = s3.get_object_tagging(Bucket="demo", Key="c/to")["TagSet"]
    assert tags == [{"Key": "a", "Value": "1"}]
    policy = ask("GET", "demo", "c/to", by="owner", query=(("acl", ""),))
    assert ET.fromstring(policy.body).findtext("AccessControlList/Grant") == "default"


def test_a_copy_replaces_metadata_on_request(ask: Ask, copy: Copy, s3: "S3Client") -> None:
    """The directive REPLACE takes headers, metadata and tags from the request alone."""
    copy(
        {
            "x-oss-metadata-directive": "REPLACE",
            "x-oss-tagging-directive": "Replace",
            "x-oss-storage-class": "IA",
            "x-oss-object-acl": "private",
            "x-oss-meta-by": "bob",
        }
    )
    found = ask("HEAD", "demo", "c/to", by="owner").headers
    assert found["content-type"] == "application/octet-stream"
    assert "cache-control" not in found
    assert "x-oss-meta-author" not in found
    assert (found["x-oss-meta-by"], found["x-oss-storage-class"]) == ("bob", "IA")
    assert s3.get_object_tagging(Bucket="demo", Key="c/to")["TagSet"] == []
    assert ask("GET", "demo", "c/to").status == 403


def test_an_object_is_copied_onto_itself(ask: Ask) -> None:
    """A copy onto itself with REPLACE changes the metadata."""
    key = "c/from ü+%.png"
    headers = {
        "x-oss-copy-source": quote(f"/closed/{key}"),
        "x-oss-metadata-directive": "REPLACE",
        "content-type": "image/webp",
    }
    assert ask("PUT", "closed", key, by="owner", headers=headers).status == 200
    found = ask("GET", "closed", key, by="owner")
    assert (found.body, found.headers["content-type"]) == (BODY, "image/webp")


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        ("if-match", "{etag}", 200),
        ("if-match", '"0"', 412),
        ("if-none-match", "{etag}", 304),
        ("if-none-match", '"0"', 200),
        ("if-modified-since", "Sat, 01 Jan 2000 00:00:00 GMT", 200),
        ("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT", 304),
        ("if-unmodified-since", "Sat, 01 Jan 2000 00:00:00 GMT", 412),
        ("if-unmodified-since", "Fri, 01 Jan 2100 00:00:00 GMT", 200),
    ],
)
def test_conditions_are_on_the_source(
    ask: Ask, copy: Copy, name: str, text: str, status: int
) -> None:
    """An unmet condition on the source leaves the target unchanged."""
    etag = ask("HEAD", "closed", "c/from ü+%.png", by="owner").headers["etag"]
    reply = copy({f"x-oss-copy-source-{name}": text.format(etag=etag)})
    assert reply.status == status
    assert ask("HEAD", "demo", "c/to").status == (200 if status == 200 else 404)


def test_a_copy_may_forbid_overwriting(ask: Ask, copy: Copy) -> None:
    """`x-oss-forbid-overwrite` makes a copy onto an existing object a 409."""
    ask("PUT", "demo", "c/to", by="owner", body=b"before")
    assert code_of(copy({"x-oss-forbid-overwrite": "true"})) == (409, "FileAlreadyExists")
    assert ask("GET", "demo", "c/to").body == b"before"


@pytest.mark.parametrize("by", [None, "reader", "writer", "other"])
def test_a_copy_needs_the_rights_to_read_and_to_write(ask: Ask, copy: Copy, by: str | None) -> None:
    """A copy needs read on the source, which its ACL may give, and write on the target."""
    assert copy(by=by).status == (200 if by == "writer" else 403)
    closed = {"x-oss-object-acl": "default"}
    ask("PUT", "closed", "c/from ü+%.png", by="owner", headers=closed, query=(("acl", ""),))
    assert code_of(copy(by=by)) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/closed/c/none", (404, "NoSuchKey")),
        ("/unknown/c", (404, "NoSuchBucket")),
        ("/A/c", (400, "InvalidBucketName")),
        ("/closed", (400, "InvalidObjectName")),
        ("/closed/", (400, "InvalidObjectName")),
        ("/closed//a", (400, "InvalidObjectName")),
    ],
)
def test_an_invalid_source_is_refused(copy: Copy, source: str, expected: tuple[int, str]) -> None:
    """An invalid or missing source is an error."""
    assert code_of(copy(source=source)) == expected


@pytest.mark.parametrize(
    "headers",
    [
        {"x-oss-metadata-directive": "MERGE"},
        {"x-oss-tagging-directive": ""},
        {"x-oss-copy-source": "/closed/%ff"},
    ],
    ids=str,
)
def test_an_invalid_header_is_refused(copy: Copy, headers: dict[str, str]) -> None:
    """An invalid directive or source header is a 400 InvalidArgument."""
    assert code_of(copy(headers)) == (400, "InvalidArgument")


def test_an_older_version_is_copied_by_its_id(ask: Ask, s3: "S3Client") -> None:
    """The source's query names the version."""
    s3.create_bucket(Bucket="s3-versioned")
    s3.put_bucket_versioning(Bucket="s3-versioned", VersioningConfiguration={"Status": "Enabled"})
    old = ask("PUT", "versioned", "c", by="owner", body=b"old").headers["x-oss-version-id"]
    ask("PUT", "versioned", "c", by="owner", body=b"new")
    headers = {"x-oss-copy-source": f"/versioned/c?versionId={old}"}
    reply = ask("PUT", "demo", "c/to", by="owner", headers=headers)
    assert reply.headers["x-oss-copy-source-version-id"] == old
    assert ask("GET", "demo", "c/to").body == b"old"
