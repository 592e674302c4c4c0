"""The settings of a bucket, read and replaced at run time (docs/buckets.md)."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.functional.conftest import Ask, Get, Reply
from tests.pictures import photographic, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "configured"
QUERY = (("x-oss-bucket-settings", ""),)
LISTED = {"acl": "public-read"}


@pytest.fixture(autouse=True)
def restored(ask: Ask, s3: "S3Client") -> Iterator[None]:
    """Store a picture and a text; restore the settings afterwards."""
    picture = stored(photographic((40, 30)), "JPEG")
    s3.put_object(Bucket=BUCKET, Key="a.jpg", Body=picture)
    s3.put_object(Bucket=BUCKET, Key="a.txt", Body=b"text")
    yield
    put_settings(ask, LISTED)


def put_settings(ask: Ask, document: Any, *, by: str | None = "owner") -> Reply:
    """Replace the settings."""
    return ask("PUT", BUCKET, by=by, query=QUERY, body=json.dumps(document).encode())


def test_settings_are_read_and_replaced_as_a_whole(ask: Ask) -> None:
    """A member that is left out has its default afterwards."""
    assert put_settings(ask, {"delimiters": ["!"], "protection": {"enabled": True}}).status == 200
    reply = ask("GET", BUCKET, by="owner", query=QUERY)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert json.loads(reply.body) == {
        "acl": "private",
        "delimiters": ["!"],
        "protection": {"enabled": True, "suffixes": [], "rules": []},
        "cors": [],
        "events": [],
    }


def test_a_change_applies_to_the_next_request(ask: Ask, get: Get) -> None:
    """The instance that answered the PUT applies the settings to its next request."""
    assert get("/configured/a.txt").status == 200
    put_settings(ask, {"acl": "private"})
    assert get("/configured/a.txt").status == 403
    put_settings(ask, LISTED)
    assert get("/configured/a.txt").status == 200


def test_protection_allows_anonymous_styles(ask: Ask, get: Get) -> None:
    """Spec 04 §3: a protected original and inline processes need a key; styles do not."""
    put_settings(ask, {**LISTED, "protection": {"enabled": True, "suffixes": ["jpg"]}})
    style = b"<Style><Content>image/format,webp</Content></Style>"
    named = (("style", ""), ("styleName", "webp"))
    assert ask("PUT", BUCKET, by="owner", query=named, body=style).status == 200
    process = "x-oss-process=image/format,webp"
    assert get("/configured/a.jpg").status == 403
    assert get("/configured/a.jpg", method="HEAD").status == 403
    refused = get("/configured/a.jpg", process)
    assert (refused.status, refused.headers["x-oss-ec"]) == (403, "0040-00000031")
    assert (
        get("/configured/a.jpg", "x-oss-process=style/webp").headers["content-type"] == "image/webp"
    )
    assert get("/configured/a.txt").status == 200
    signed = ask("GET", BUCKET, "a.jpg", by="reader", query=(("x-oss-process", "image/info"),))
    assert signed.status == 200


@pytest.mark.parametrize("by", [None, "reader", "writer", "other"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_settings_are_for_administrators(ask: Ask, method: str, by: str | None) -> None:
    """GET and PUT of the settings need the admin permission, whatever the ACL."""
    reply = ask(method, BUCKET, by=by, query=QUERY, body=b'{"acl": "public-read-write"}')
    assert reply.status == 403
    assert b"<Code>AccessDenied</Code>" in reply.body
    assert json.loads(ask("GET", BUCKET, by="owner", query=QUERY).body)["acl"] == "public-read"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "The settings are invalid: the document must be JSON: Input data was truncated."),
        (b"{", "The settings are invalid: the document must be JSON: Input data was truncated."),
        (
            b"\xff",
            "The settings are invalid: the document must be JSON: invalid character (byte 0).",
        ),
        (b"[" * 100_000, "The settings are invalid: the document must be an object, not array."),
        (b" " * 200_000, "The settings are longer than 131072 bytes."),
        (
            b'{"delimiters": ["?"]}',
            "The settings are invalid: delimiters[0] must be one of @!, !, /, -, _.",
        ),
    ],
    ids=["empty", "cut off", "no UTF-8", "deep", "long", "invalid"],
)
def test_an_invalid_document_changes_nothing(ask: Ask, body: bytes, complaint: str) -> None:
    """Invalid settings are a 400 whose message names the member; nothing is stored."""
    reply = ask("PUT", BUCKET, by="owner", query=QUERY, body=body)
    root = ET.fromstring(reply.body)
    assert (reply.status, root.findtext("Code")) == (400, "InvalidArgument")
    assert root.findtext("Message") == complaint
    assert json.loads(ask("GET", BUCKET, by="owner", query=QUERY).body)["acl"] == "public-read"
