"""PostObject through the handler: forms of browsers and mini programs (decision 150)."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from darkroom.auth import SignedRequest
from tests.functional.conftest import Ask, Reply, Send, access_key
from tests.post_forms import (
    CONTENT_TYPE,
    form_body,
    joined,
    policy,
    text_part,
    v1_fields,
    v4_fields,
)

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "closed"
FILE = b"\xff\xd8\xff\x00 no text"
ETAG = f'"{hashlib.md5(FILE, usedforsecurity=False).hexdigest().upper()}"'

PREFIX = ["starts-with", "$key", "forms/"]

type Post = Callable[..., Reply]


@pytest.fixture
def post(send: Send) -> Post:
    """Return a function that posts a form with a file."""

    def post(
        fields: Mapping[str, str],
        content: bytes = FILE,
        *,
        bucket: str = BUCKET,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        query: tuple[tuple[str, str], ...] = (),
        **file: str,
    ) -> Reply:
        sent = form_body(fields, content, **file) if body is None else body
        length = {"content-length": str(len(sent)), "content-type": CONTENT_TYPE}
        request = SignedRequest(
            method="POST",
            bucket=bucket,
            query=query,
            headers=length | dict(headers or {}),
            body=lambda: sent,
        )
        return send(request)

    return post


def signed(
    *conditions: Any, by: str = "writer", version: str = "v1", **more: str
) -> dict[str, str]:
    """Return the fields of a form that stores `forms/a.jpg`, with a signature."""
    text, secret = policy(*(conditions or (PREFIX,))), access_key(by).secret
    signature = (
        v1_fields(text, by, secret)
        if version == "v1"
        else v4_fields(text, by, secret, now=datetime.now(UTC))
    )
    return {"key": "forms/a.jpg", **signature, **more}


def code_of(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


@pytest.fixture(autouse=True)
def _empty(s3: "S3Client") -> None:
    """Delete the objects of earlier tests."""
    for key in keys(s3):
        s3.delete_object(Bucket=BUCKET, Key=key)


def keys(s3: "S3Client") -> set[str]:
    """Return the keys that forms have stored."""
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="forms/").get("Contents", [])
    return {found["Key"] for found in listed}


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_signed_form_stores_its_file(ask: Ask, post: Post, version: str) -> None:
    """The answer is 204 with the checksums of a PUT; the file is stored bit for bit."""
    reply = post(signed(version=version))
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["etag"] == ETAG
    found = ask("GET", BUCKET, "forms/a.jpg", by="reader")
    assert (found.body, found.headers["content-type"]) == (FILE, "image/jpeg")
    assert found.headers["x-oss-hash-crc64ecma"] == reply.headers["x-oss-hash-crc64ecma"]


def test_a_form_of_a_mini_program(ask: Ask, send: Send) -> None:
    """`wx.uploadFile` sends its own boundary, type and header, and reads status and body."""
    boundary = "--------------------------1b7f0ee6d5c94a7e"
    fields = signed(success_action_status="200", key="forms/${filename}")
    disposition = 'Content-Disposition: form-data; name="file"; filename="wx4f.o6zAJs.png"'
    parts = [text_part(name, value) for name, value in fields.items()]
    file = f"{disposition}\r\nContent-Type: image/png\r\n\r\n".encode() + FILE
    body = joined([*parts, file], boundary=boundary)
    headers = {
        "content-type": f"multipart/form-data; boundary={boundary}",
        "content-length": str(len(body)),
        "referer": "https://servicewechat.com/wx0815/devtools/page-frame.html",
        "user-agent": "Mozilla/5.0 MicroMessenger/8.0.5 Language/zh_CN webview/",
        "authorization": "Bearer token-of-the-program's-own-server",
    }
    reply = send(SignedRequest(method="POST", bucket=BUCKET, headers=headers, body=lambda: body))
    assert (reply.status, reply.body) == (200, b"")
    found = ask("GET", BUCKET, "forms/wx4f.o6zAJs.png", by="reader")
    assert (found.body, found.headers["content-type"]) == (FILE, "image/png")


def test_a_form_may_be_sent_to_each_address_of_a_bucket(
    ask: Ask, send: Send, s3: "S3Client"
) -> None:
    """`/bucket/` and `/` of the bucket's own host; an object's address is refused."""
    body = form_body(signed(success_action_status="201"), FILE)
    headers = {"content-type": CONTENT_TYPE, "content-length": str(len(body))}
    for bucket, host, location in (
        (BUCKET, "api", f"https://api/{BUCKET}/forms/a.jpg"),
        (None, f"{BUCKET}.oss.example.com", f"https://{BUCKET}.oss.example.com/forms/a.jpg"),
    ):
        request = SignedRequest(
            method="POST", bucket=bucket, headers={**headers, "host": host}, body=lambda: body
        )
        reply = send(request)
        assert reply.status == 201, host
        assert ET.fromstring(reply.body).findtext("Location") == location
    reply = ask("POST", BUCKET, "forms/b.jpg", headers=headers, body=body)
    assert code_of(reply) == (405, "MethodNotAllowed")
    assert keys(s3) == {"forms/a.jpg"}


def test_signatures_outside_the_form_do_not_count(post: Post, s3: "S3Client") -> None:
    """Header and query are not checked, and they give no right (documented)."""
    query = (("Signature", "x"), ("Expires", "1"), ("OSSAccessKeyId", "owner"))
    headers = {"authorization": "OSS owner:x"}
    assert post(signed(), headers=headers, query=query).status == 204
    reply = post({"key": "forms/b.jpg"}, headers=headers)
    assert code_of(reply) == (403, "AccessDenied")
    assert keys(s3) == {"forms/a.jpg"}


@pytest.mark.parametrize(
    ("bucket", "by", "status"),
    [
        ("closed", "writer", 204),
        ("closed", "owner", 204),
        ("closed", "reader", 403),
        ("closed", "other", 403),
        ("closed", None, 403),
        ("demo", None, 403),
        ("open", None, 204),
        ("open", "reader", 204),
    ],
)
def test_a_form_needs_the_right_to_write(
    post: Post, bucket: str, by: str | None, status: int
) -> None:
    """As a PUT does: from a key, or from everybody in a public-read-write bucket."""
    fields = {"key": "forms/a.jpg"} if by is None else signed(by=by)
    assert post(fields, bucket=bucket).status == status


def test_conditions_hold_before_anything_is_stored(post: Post, s3: "S3Client") -> None:
    """Each refusal has its code, and nothing is written."""
    kinds = ["in", "$content-type", ["image/png", "image/jpeg"]]
    for fields, file, code in (
        (signed(key="other/a.jpg"), {}, "AccessDenied"),
        (signed({"bucket": "demo"}), {}, "AccessDenied"),
        (signed(kinds), {"content_type": "text/html"}, "AccessDenied"),
        (
            signed(kinds, **{"Content-Type": "image/png"}),
            {"content_type": "text/html"},
            "AccessDenied",
        ),
        (signed(kinds, **{"x-oss-content-type": "text/html"}), {}, "AccessDenied"),
        (signed(["eq", "$success_action_status", "200"]), {}, "AccessDenied"),
        (signed(["content-length-range", 1, 10]), {}, "EntityTooLarge"),
        (signed(["content-length-range", 1000, 2000]), {}, "EntityTooSmall"),
        (signed(["content-length-range", 2, 1]), {}, "InvalidPolicyDocument"),
        (signed() | {"policy": policy(PREFIX, seconds=-1)}, {}, "SignatureDoesNotMatch"),
        (
            v1_fields(policy(PREFIX, seconds=-1), "writer", "s2") | {"key": "forms/a"},
            {},
            "AccessDenied",
        ),
        (v1_fields(policy(PREFIX), "writer", "s2"), {}, "InvalidArgument"),
        (signed(key="/forms/a.jpg"), {}, "InvalidObjectName"),
        (signed({"key": "/a"}, key="/a"), {}, "InvalidObjectName"),
        (signed({"key": "${filename}"}, key="${filename}"), {"name": ""}, "InvalidObjectName"),
        (signed(**{"x-oss-object-acl": "public"}), {}, "InvalidArgument"),
        (signed(callback="eyJjYWxsYmFja1VybCI6ICJhIn0="), {}, "InvalidArgument"),
        (signed(**{"x-oss-server-side-encryption": "KMS"}), {}, "InvalidEncryptionAlgorithmError"),
    ):
        reply = post(fields, **file)
        assert code_of(reply)[1] == code, (fields, reply.body)
    assert keys(s3) == set()


def test_the_bucket_of_a_condition_is_the_one_addressed(post: Post) -> None:
    """A field of that name does not count."""
    fields = signed({"bucket": "demo"}, bucket="demo")
    assert code_of(post(fields)) == (403, "AccessDenied")
    assert post(signed({"bucket": BUCKET}, PREFIX, bucket="demo")).status == 204


def test_the_key_has_the_name_of_the_file(post: Post, s3: "S3Client") -> None:
    """A policy limits the key as it was before, so it can demand the name itself."""
    key = "forms/${filename}"
    assert post(signed({"key": key}, key=key), name="a 图.jpg").status == 204
    assert keys(s3) == {"forms/a 图.jpg"}


@pytest.mark.parametrize(
    ("fields", "file", "stored"),
    [
        ({}, "image/png", "image/png"),
        ({"Content-Type": "image/webp"}, "image/png", "image/png"),
        ({"Content-Type": "image/webp"}, "", "image/webp"),
        (
            {"x-oss-content-type": "image/gif", "Content-Type": "image/webp"},
            "image/png",
            "image/gif",
        ),
        ({}, "text/plain; charset=gbk", "text/plain; charset=gbk"),
    ],
)
def test_the_content_type(
    ask: Ask, post: Post, fields: Mapping[str, str], file: str, stored: str
) -> None:
    """`x-oss-content-type` precedes the file's own type, and that the field `Content-Type`."""
    assert post(signed(**fields), content_type=file).status == 204
    found = ask("HEAD", BUCKET, "forms/a.jpg", by="reader")
    assert found.headers["content-type"] == stored


def test_fields_are_stored_as_headers_of_a_put(ask: Ask, post: Post, s3: "S3Client") -> None:
    """Headers, metadata, storage class, tags and the condition on existing objects."""
    headers = {
        "cache-control": "max-age=5",
        "content-disposition": "attachment",
        "x-oss-meta-uuid": "myuuid",
        "x-oss-storage-class": "IA",
    }
    assert post(signed(**headers, **{"x-oss-tagging": "a=1"})).status == 204
    found = ask("HEAD", BUCKET, "forms/a.jpg", by="reader").headers
    assert {name: found.get(name) for name in headers} == headers
    tags = s3.get_object_tagging(Bucket=BUCKET, Key="forms/a.jpg")["TagSet"]
    assert tags == [{"Key": "a", "Value": "1"}]
    again = post(signed(**{"x-oss-forbid-overwrite": "true"}))
    assert code_of(again) == (409, "FileAlreadyExists")


def test_the_encryption_of_s3_is_answered(post: Post) -> None:
    """`AES256` is accepted and repeated, as by a PUT (documented)."""
    reply = post(signed(**{"x-oss-server-side-encryption": "AES256"}))
    assert reply.status == 204
    assert reply.headers["x-oss-server-side-encryption"] == "AES256"


def test_metadata_beyond_ascii_is_stored(ask: Ask, post: Post) -> None:
    """Fields are UTF-8."""
    assert post(signed(**{"x-oss-meta-title": "图 Grüße"})).status == 204
    found = ask("HEAD", BUCKET, "forms/a.jpg", by="reader")
    assert found.headers["x-oss-meta-title"] == "图 Grüße"


def test_an_acl_in_a_form_needs_the_admin_permission(post: Post, ask: Ask) -> None:
    """As in a PUT: the key that signed the policy counts."""
    acl = {"x-oss-object-acl": "public-read"}
    assert code_of(post(signed(by="writer", **acl))) == (403, "AccessDenied")
    assert post(signed(by="owner", **acl)).status == 204
    assert ask("GET", BUCKET, "forms/a.jpg").body == FILE


@pytest.mark.parametrize(
    ("field", "status"),
    [(None, 204), ("200", 200), ("201", 201), ("204", 204), ("", 204), ("404", 204), ("2 0", 204)],
)
def test_the_status_that_the_form_chooses(post: Post, field: str | None, status: int) -> None:
    """200, 201 or 204; another value is 204 (documented). Only 201 has a body."""
    fields = signed() if field is None else signed(success_action_status=field)
    reply = post(fields)
    assert (reply.status, reply.headers["etag"]) == (status, ETAG)
    if status != 201:
        assert reply.body == b""
        return
    root = ET.fromstring(reply.body)
    assert (root.tag, reply.headers["content-type"]) == ("PostResponse", "application/xml")
    assert {child.tag: child.text for child in root} == {
        "Bucket": BUCKET,
        "ETag": ETAG,
        "Location": f"https://api/{BUCKET}/forms/a.jpg",
        "Key": "forms/a.jpg",
    }


CORS = [
    {"allowedOrigins": ["https://shop.example.com"], "allowedMethods": ["POST"]},
    {"allowedOrigins": ["http://*.example.org"], "allowedMethods": ["POST"]},
    {"allowedOrigins": ["https://read.example.com"], "allowedMethods": ["GET"]},
]


@pytest.fixture(scope="module")
def with_cors(ask: Ask) -> Iterator[str]:
    """Give a bucket CORS rules, and yield its name."""
    bucket, query = "configured", (("x-oss-bucket-settings", ""),)
    before = ask("GET", bucket, by="owner", query=query).body
    document = json.dumps({"acl": "public-read", "cors": CORS}).encode()
    assert ask("PUT", bucket, by="owner", query=query, body=document).status == 200
    yield bucket
    assert ask("PUT", bucket, by="owner", query=query, body=before).status == 200


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("https://shop.example.com", "https://shop.example.com?"),
        ("https://shop.example.com/done", "https://shop.example.com/done?"),
        ("https://shop.example.com:443/done", "https://shop.example.com:443/done?"),
        ("https://Shop.Example.com/done?a=1#top", "https://Shop.Example.com/done?a=1&"),
        ("http://a.example.org/%E5%9B%BE/图", "http://a.example.org/%E5%9B%BE/%E5%9B%BE?"),
    ],
)
def test_a_form_may_lead_to_a_page(post: Post, with_cors: str, address: str, location: str) -> None:
    """303 to a page whose origin the CORS rules allow, with bucket, key and ETag in its query."""
    reply = post(
        signed(key="forms/图.jpg", success_action_redirect=address, success_action_status="200"),
        bucket=with_cors,
    )
    assert (reply.status, reply.body) == (303, b"")
    assert reply.headers["location"].startswith(location)
    query = parse_qs(urlsplit(reply.headers["location"]).query)
    result = {"bucket": [with_cors], "key": ["forms/图.jpg"], "etag": [ETAG]}
    assert {name: query[name] for name in result} == result
    assert reply.headers["location"].endswith("#top") == address.endswith("#top")


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example.com/",
        "http://shop.example.com/",
        "https://shop.example.com:8443/",
        "https://read.example.com/",
        "https://shop.example.com@evil.example.net/",
        "http://evil.example.net\\.example.org/",
        "http://evil.example.net/.example.org",
        "http://evil.example.net?.example.org",
        "//shop.example.com/",
        "/done",
        "javascript:alert(1)",
        "HTTPS://shop.example.com/",
        "https://shop.example.com/a b",
        "https://shop.example.com/\r\nx: y",
    ],
)
def test_a_form_leads_to_no_other_page(
    post: Post, with_cors: str, s3: "S3Client", address: str
) -> None:
    """Refused before anything is stored: otherwise the bucket could lead to any site."""
    reply = post(signed(key="forms/refused.jpg", success_action_redirect=address), bucket=with_cors)
    assert code_of(reply) == (400, "InvalidArgument")
    assert b"CORS" in reply.body
    listed = s3.list_objects_v2(Bucket=with_cors, Prefix="forms/refused")
    assert listed["KeyCount"] == 0


def test_without_cors_rules_a_form_leads_nowhere(post: Post) -> None:
    """A bucket without rules has no page of its own."""
    reply = post(signed(success_action_redirect="https://shop.example.com/"))
    assert code_of(reply) == (400, "InvalidArgument")


def test_a_page_of_another_origin_reads_the_answer(post: Post, with_cors: str) -> None:
    """An answer to a form has the CORS headers of the bucket's rules."""
    origin = {"origin": "https://shop.example.com"}
    for fields in (signed(), {"key": "forms/a.jpg"}):
        reply = post(fields, bucket=with_cors, headers=origin)
        assert reply.headers["access-control-allow-origin"] == origin["origin"]


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", CONTENT_TYPE, "MalformedPOSTRequest"),
        (b"key=a", "application/x-www-form-urlencoded", "MalformedPOSTRequest"),
        (form_body({"key": "a"}, b"x")[:-9], CONTENT_TYPE, "MalformedPOSTRequest"),
    ],
    ids=["empty", "another kind of form", "cut off"],
)
def test_a_body_that_is_no_form_is_refused(
    post: Post, body: bytes, content_type: str, code: str
) -> None:
    """With the vendor's code."""
    reply = post({}, body=body, headers={"content-type": content_type})
    assert code_of(reply) == (400, code)


def test_a_form_without_a_file_is_refused(post: Post) -> None:
    """The file may not have another name."""
    body = joined([text_part(name, value) for name, value in signed().items()])
    assert code_of(post({}, body=body)) == (400, "MalformedPOSTRequest")
    reply = post(signed(), field="upload", content=b"text")
    assert code_of(reply) == (400, "MalformedPOSTRequest")


def test_a_body_that_was_altered_on_the_way_is_refused(post: Post, s3: "S3Client") -> None:
    """Length and digest are of the whole body (documented)."""
    body = form_body(signed(), FILE)
    short = {"content-length": str(len(body) - 1)}
    assert code_of(post({}, body=body, headers=short)) == (400, "IncompleteBody")
    wrong = {"content-md5": base64.b64encode(bytes(16)).decode()}
    assert code_of(post({}, body=body, headers=wrong)) == (400, "InvalidDigest")
    assert keys(s3) == set()


def test_the_file_has_the_limit_of_an_upload(post: Post, s3: "S3Client") -> None:
    """The message says how to store a larger file."""
    reply = post(signed(), content=bytes(4_600_000))
    assert code_of(reply) == (400, "EntityTooLarge")
    assert keys(s3) == set()
