"""Multipart uploads through the handler."""

import base64
import hashlib
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from fastcrc import crc64

from darkroom.auth import SignedRequest
from darkroom.auth.signed_request import Pairs
from tests.functional.conftest import Ask, Reply, access_key, event_of, reply_to
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

KEY = "u/large ü+%.bin"
UPLOADS = (("uploads", ""),)


def code_of(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def text(reply: Reply, path: str) -> str:
    """Return the text of an element of a 200 reply."""
    assert reply.status == 200, reply.body
    return ET.fromstring(reply.body).findtext(path) or ""


def initiate(ask: Ask, **headers: str) -> Pairs:
    """Initiate an upload and return the query that names it."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = ask("POST", "closed", KEY, by="owner", query=UPLOADS, headers=names)
    assert (text(reply, "Bucket"), text(reply, "Key")) == ("closed", KEY)
    return (("uploadId", text(reply, "UploadId")),)


def put(ask: Ask, upload: Pairs, number: int, body: bytes) -> str:
    """Store a part and return its ETag."""
    query = (("partNumber", str(number)), *upload)
    reply = ask("PUT", "closed", KEY, by="owner", query=query, body=body)
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["x-oss-hash-crc64ecma"] == str(crc64.xz(body))
    return reply.headers["etag"]


def complete(ask: Ask, upload: Pairs, *parts: tuple[int, str], **headers: str) -> Reply:
    """Complete the upload with these parts."""
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
        for number, etag in parts
    )
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask("POST", "closed", KEY, by="owner", query=upload, headers=names, body=body)


@pytest.mark.parametrize("quotes", [True, False])
def test_parts_become_an_object(ask: Ask, quotes: bool) -> None:
    """The object has the attributes that the initiation gave; ETags may be quoted or not."""
    upload = initiate(ask, content_type="image/tiff", x_oss_meta_author="alice")
    bodies = [bytes([number]) * 4_000_000 for number in (1, 2, 3)]
    etags = [put(ask, upload, number, body) for number, body in enumerate(bodies, 1)]
    named = enumerate(etags if quotes else [etag.strip('"').lower() for etag in etags], 1)
    done = complete(ask, upload, *named)
    assert ET.fromstring(done.body).tag == "CompleteMultipartUploadResult"
    assert (text(done, "Bucket"), text(done, "Key")) == ("closed", KEY)
    found = ask("HEAD", "closed", KEY, by="reader")
    assert found.headers["etag"] == text(done, "ETag")
    assert found.headers["content-length"] == "12000000"
    assert found.headers["content-type"] == "image/tiff"
    assert found.headers["x-oss-meta-author"] == "alice"
    assert "x-oss-hash-crc64ecma" not in found.headers
    span = {"range": "bytes=3999999-4000000"}
    assert ask("GET", "closed", KEY, by="reader", headers=span).body == b"\1\2"


def test_an_unknown_upload_is_the_first_error(ask: Ask) -> None:
    """A list without parts is MalformedXML only for an upload that exists."""
    for upload, expected in (
        ((("uploadId", "unknown"),), (404, "NoSuchUpload")),
        (initiate(ask), (400, "MalformedXML")),
    ):
        assert code_of(complete(ask, upload)) == expected


def test_a_list_of_no_parts_has_the_marker_of_the_request(ask: Ask) -> None:
    """Python's SDK requires the element, which a test of the C SDK does not expect."""
    document = ET.fromstring(ask("GET", "closed", KEY, by="owner", query=initiate(ask)).body)
    assert document.findtext("NextPartNumberMarker") == "0"
    assert document.findtext("PartNumberMarker") == "0"


@pytest.mark.parametrize(
    ("host", "base"),
    [("api:8000", "/closed/"), ("closed.oss.example.com", "/"), ("API", "/closed/")],
)
def test_the_location_leads_to_the_object(app: ModuleType, ask: Ask, host: str, base: str) -> None:
    """It has the scheme, host, port and form of the request, and an encoded key."""
    key = "1(1)$F3@/图 &%+.png"
    path = f"{base}1%281%29%24F3%40/%E5%9B%BE%20%26%25%2B.png"
    for query in ((), (("encoding-type", "url"),)):
        begun = ask("POST", "closed", key, by="owner", query=UPLOADS)
        upload = (("uploadId", text(begun, "UploadId")),)
        ask("PUT", "closed", key, by="owner", query=(("partNumber", "1"), *upload), body=b"x")
        headers = {"x-oss-complete-all": "yes", "host": host, "x-forwarded-proto": "http"}
        unsigned = SignedRequest(
            method="POST",
            bucket="closed",
            key=key,
            query=(*upload, *query),
            headers={**headers, "content-length": "0"},
        )
        signed = oss_client.v4_header(
            unsigned, access_key("owner"), now=datetime.now(UTC), region="any"
        )
        event = event_of(signed)
        event["rawPath"] = base + key
        reply = reply_to(app, event)
        assert text(reply, "Location") == f"http://{host}{path}"


def test_complete_all_takes_every_part(ask: Ask) -> None:
    """`x-oss-complete-all` takes all stored parts and forbids a list of parts."""
    upload = initiate(ask)
    for number, body in ((2, b"b"), (1, b"a")):
        put(ask, upload, number, body)
    headers = {"x-oss-complete-all": "yes"}
    refused = ask("POST", "closed", KEY, by="owner", query=upload, headers=headers, body=b"<x/>")
    assert code_of(refused) == (400, "InvalidArgument")
    done = ask("POST", "closed", KEY, by="owner", query=upload, headers=headers)
    assert done.status == 200
    assert ask("GET", "closed", KEY, by="reader").body == b"ab"


def test_parts_are_listed_in_pages(ask: Ask) -> None:
    """ListParts returns pages by number, with the marker of the next page."""
    upload = initiate(ask)
    etags = {number: put(ask, upload, number, b"x" * number) for number in (1, 3, 10)}
    first = ask("GET", "closed", KEY, by="owner", query=(*upload, ("max-parts", "2")))
    root = ET.fromstring(first.body)
    assert root.tag == "ListPartsResult"
    parts = [(p.findtext("PartNumber"), p.findtext("Size")) for p in root.findall("Part")]
    assert parts == [("1", "1"), ("3", "3")]
    assert root.findtext("Part/ETag") == etags[1]
    assert root.findtext("IsTruncated") == "true"
    assert root.findtext("NextPartNumberMarker") == "3"
    query = (*upload, ("part-number-marker", "3"))
    rest = ET.fromstring(ask("GET", "closed", KEY, by="owner", query=query).body)
    assert [p.findtext("PartNumber") for p in rest.findall("Part")] == ["10"]
    assert rest.findtext("IsTruncated") == "false"


def test_open_uploads_are_listed(ask: Ask) -> None:
    """ListMultipartUploads needs the right to list, and encodes names on request."""
    upload = initiate(ask)
    query = (*UPLOADS, ("prefix", "u/"), ("encoding-type", "url"))
    reply = ask("GET", "closed", by="reader", query=query)
    root = ET.fromstring(reply.body)
    assert root.tag == "ListMultipartUploadsResult"
    listed = {(u.findtext("Key"), u.findtext("UploadId")) for u in root.findall("Upload")}
    assert ("u%2Flarge%20%C3%BC%2B%25.bin", upload[0][1]) in listed
    assert ask("GET", "closed", by="writer", query=UPLOADS).status == 403


def test_an_abort_deletes_the_parts(ask: Ask, s3: "S3Client") -> None:
    """An abort deletes the stored parts; later requests are 404 NoSuchUpload."""
    upload = initiate(ask)
    put(ask, upload, 1, b"waits")
    waiting = {entry["Key"] for entry in _stored_parts(s3)}
    assert ask("DELETE", "closed", KEY, by="owner", query=upload).status == 204
    assert {entry["Key"] for entry in _stored_parts(s3)} < waiting
    for method in ("GET", "DELETE"):
        reply = ask(method, "closed", KEY, by="owner", query=upload)
        assert code_of(reply) == (404, "NoSuchUpload")


def test_a_completion_deletes_the_parts(ask: Ask, s3: "S3Client") -> None:
    """A completion deletes the stored parts."""
    before = {entry["Key"] for entry in _stored_parts(s3)}
    upload = initiate(ask)
    complete(ask, upload, (1, put(ask, upload, 1, b"x")))
    assert {entry["Key"] for entry in _stored_parts(s3)} == before


def _stored_parts(s3: "S3Client") -> list[dict[str, str]]:
    found = s3.list_objects_v2(Bucket="results", Prefix="parts/").get("Contents", [])
    return [{"Key": entry["Key"]} for entry in found]


def test_a_part_may_be_copied_from_an_object(ask: Ask) -> None:
    """UploadPartCopy copies a range or all of an object that the caller may read."""
    ask("PUT", "demo", "u/source ü", by="owner", body=bytes(range(100)))
    upload = initiate(ask)
    source = {"x-oss-copy-source": "/demo/u/source%20%C3%BC"}
    etags = []
    for number, span in ((1, "bytes=10-19"), (2, None)):
        headers = source | ({"x-oss-copy-source-range": span} if span else {})
        query = (("partNumber", str(number)), *upload)
        reply = ask("PUT", "closed", KEY, by="owner", query=query, headers=headers)
        assert ET.fromstring(reply.body).tag == "CopyPartResult"
        etags.append(text(reply, "ETag"))
    assert complete(ask, upload, *enumerate(etags, 1)).status == 200
    assert ask("GET", "closed", KEY, by="reader").body == bytes(range(10, 20)) + bytes(range(100))


@pytest.mark.parametrize(
    ("source", "span", "by", "expected"),
    [
        ("/demo/u/none", None, "owner", (404, "NoSuchKey")),
        ("/demo/u/source", "bytes=90-100", "owner", (416, "InvalidRange")),
        ("/demo/u/source", "bytes=5-4", "owner", (400, "InvalidArgument")),
        ("/demo/u/source", "0-4", "owner", (400, "InvalidArgument")),
        ("/closed/u/source", None, "writer", (403, "AccessDenied")),
    ],
)
def test_a_part_that_cannot_be_copied_is_refused(
    ask: Ask, source: str, span: str | None, by: str, expected: tuple[int, str]
) -> None:
    """UploadPartCopy fails with the error of a copy."""
    for bucket in ("demo", "closed"):
        ask("PUT", bucket, "u/source", by="owner", body=bytes(100))
    query = (("partNumber", "1"), *initiate(ask))
    headers = {"x-oss-copy-source": source} | ({"x-oss-copy-source-range": span} if span else {})
    assert code_of(ask("PUT", "closed", KEY, by=by, query=query, headers=headers)) == expected


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ([(2, "b"), (1, "a")], "InvalidPartOrder"),
        ([(1, "a"), (1, "a")], "InvalidPartOrder"),
        ([(1, "a"), (3, "c")], "InvalidPart"),
        ([(1, "b")], "InvalidPart"),
        ([(0, "a")], "InvalidArgument"),
        ([(10_001, "a")], "InvalidArgument"),
        ([], "MalformedXML"),
    ],
    ids=str,
)
def test_invalid_parts_create_no_object(ask: Ask, named: list[tuple[int, str]], code: str) -> None:
    """Missing, wrong or unordered parts are a 400 and create no object."""
    ask("DELETE", "closed", KEY, by="owner")
    upload = initiate(ask)
    etags = {body: put(ask, upload, n, body.encode()) for n, body in ((1, "a"), (2, "b"))}
    reply = complete(ask, upload, *((number, etags.get(body, "?")) for number, body in named))
    assert code_of(reply) == (400, code)
    assert ask("HEAD", "closed", KEY, by="owner").status == 404


@pytest.mark.parametrize("number", ["0", "10001", "-1", "one", "", "٣", "1_0"])
def test_a_part_has_a_number(ask: Ask, number: str) -> None:
    """A part number is an integer from 1 to 10000."""
    query = (("partNumber", number), *initiate(ask))
    reply = ask("PUT", "closed", KEY, by="owner", query=query, body=b"x")
    assert code_of(reply) == (400, "InvalidArgument")


def test_a_part_without_a_number_is_refused(ask: Ask) -> None:
    """A PUT with uploadId and without partNumber is a 400 MissingArgument."""
    reply = ask("PUT", "closed", KEY, by="owner", query=initiate(ask), body=b"x")
    assert code_of(reply) == (400, "MissingArgument")


def test_a_part_over_the_limit_is_refused(ask: Ask) -> None:
    """A part over the request limit is a 400 EntityTooLarge."""
    query = (("partNumber", "1"), *initiate(ask))
    reply = ask("PUT", "closed", KEY, by="owner", query=query, body=bytes(4_500_001))
    assert code_of(reply) == (400, "EntityTooLarge")


def test_a_part_with_a_wrong_digest_is_refused(ask: Ask) -> None:
    """A part whose Content-MD5 differs is a 400."""
    query = (("partNumber", "1"), *initiate(ask))
    for body, status in ((b"x", 200), (b"y", 400)):
        digest = base64.b64encode(hashlib.md5(b"x", usedforsecurity=False).digest()).decode()
        headers = {"content-md5": digest}
        reply = ask("PUT", "closed", KEY, by="owner", query=query, headers=headers, body=body)
        assert reply.status == status


def test_an_upload_may_forbid_overwriting(ask: Ask) -> None:
    """`x-oss-forbid-overwrite` at the completion makes it a 409 if the object exists."""
    ask("PUT", "closed", KEY, by="owner", body=b"before")
    upload = initiate(ask)
    etag = put(ask, upload, 1, b"x")
    reply = complete(ask, upload, (1, etag), x_oss_forbid_overwrite="true")
    assert code_of(reply) == (409, "FileAlreadyExists")
    assert ask("GET", "closed", KEY, by="reader").body == b"before"


def test_an_upload_may_forbid_overwriting_from_its_beginning(ask: Ask) -> None:
    """The header of the initiation, which oss2 sends alone, refuses at once and at the end."""
    forbid = {"x-oss-forbid-overwrite": "true"}
    ask("PUT", "closed", KEY, by="owner", body=b"before")
    refused = ask("POST", "closed", KEY, by="owner", query=UPLOADS, headers=forbid)
    assert code_of(refused) == (409, "FileAlreadyExists")
    ask("DELETE", "closed", KEY, by="owner")
    upload = initiate(ask, **{"x-oss-forbid-overwrite": "true"})
    etag = put(ask, upload, 1, b"x")
    ask("PUT", "closed", KEY, by="owner", body=b"since")
    for headers in ({}, {"x-oss-forbid-overwrite": "false"}):
        assert code_of(complete(ask, upload, (1, etag), **headers)) == (409, "FileAlreadyExists")
    assert ask("GET", "closed", KEY, by="reader").body == b"since"
    listed = ask("GET", "closed", KEY, by="owner", query=upload)
    assert [part.findtext("PartNumber") for part in ET.fromstring(listed.body).iter("Part")] == [
        "1"
    ]


@pytest.mark.parametrize("by", [None, "reader", "other"])
def test_uploads_need_the_right_to_write(ask: Ask, by: str | None) -> None:
    """Every request of an upload needs the right to write."""
    upload = initiate(ask)
    part = (("partNumber", "1"), *upload)
    for method, query in (
        ("POST", UPLOADS),
        ("PUT", part),
        ("GET", upload),
        ("POST", upload),
        ("DELETE", upload),
    ):
        assert code_of(ask(method, "closed", KEY, by=by, query=query)) == (403, "AccessDenied")
