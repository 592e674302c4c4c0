"""Bodies of every kind by every way: stored bit for bit, or refused before anything is written."""

import base64
import gzip
import hashlib
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from darkroom.auth import SignedRequest
from tests.fakes.api import OWNER, MemoryApi, Received
from tests.fakes.services import NOW
from tests.signed_forms import sign_in_every_form

CONTENT_TYPES = [
    "",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "image/jpeg",
    "text/plain",
    "text/plain; charset=gbk",
    "TEXT/HTML",
    "text/css",
    "application/json",
    "application/xml;charset=utf-8",
    "application/javascript",
    "application/ld+json",
]

BODIES = {
    "empty": b"",
    "ASCII": b"a=1&b=2\r\n\t",
    "UTF-8": "Grüße, 图片 \U0001f4f7\x00\x7f".encode(),
    "byte order mark": b"\xef\xbb\xbfa",
    "UTF-16": "图片".encode("utf-16"),
    "GBK": "中文".encode("gbk"),
    "GBK that is UTF-8 as well": "图片".encode("gbk"),
    "GBK of the length of its replacement": b"\xf0\x9f\x98\x41",
    "cut character": "\U0001f4f7".encode()[:3],
    "surrogate": b"\xed\xa0\x80",
    "sent replacement": "\ufffd".encode(),
    "gzip": gzip.compress(b"body { margin: 0 }", mtime=0),
    "every byte": bytes(range(256)),
    "lone line feeds": b"\n\r\n\r",
    "JSON escape": rb'"\ud800\u0000\\"',
}

type Way = Callable[[MemoryApi, str, bytes], Received]


def headers_of(content_type: str) -> dict[str, str]:
    """Return the header, none for an empty type."""
    return {"content-type": content_type} if content_type else {}


def put(api: MemoryApi, content_type: str, body: bytes) -> Received:
    """Store the object in one request."""
    return api.ask("PUT", "closed", "k", headers=headers_of(content_type), body=body)


def put_with_digest(api: MemoryApi, content_type: str, body: bytes) -> Received:
    """Store the object in one request, with its MD5."""
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    headers = {**headers_of(content_type), "content-md5": digest}
    return api.ask("PUT", "closed", "k", headers=headers, body=body)


def put_with_signed_digest(api: MemoryApi, content_type: str, body: bytes) -> Received:
    """Store the object in one request, whose signature covers the SHA-256 of the body."""
    digest = hashlib.sha256(body).hexdigest()
    headers = {**headers_of(content_type), "x-oss-content-sha256": digest}
    return api.ask("PUT", "closed", "k", headers=headers, body=body)


def put_presigned(api: MemoryApi, content_type: str, body: bytes) -> Received:
    """Store the object by a presigned URL."""
    headers = headers_of(content_type)
    return api.ask("PUT", "closed", "k", headers=headers, body=body, signed="url")


def put_and_copy(api: MemoryApi, content_type: str, body: bytes) -> Received:
    """Store another object and copy it."""
    stored = api.ask("PUT", "closed", "source", headers=headers_of(content_type), body=body)
    if stored.status != 200:
        return stored
    return api.ask("PUT", "closed", "k", headers={"x-oss-copy-source": "/closed/source"})


def put_part(api: MemoryApi, content_type: str, body: bytes) -> Received:
    """Store the object in one part, which has the type as well."""
    return upload(api, content_type, content_type, body)


def put_part_without_type(api: MemoryApi, content_type: str, body: bytes) -> Received:
    """Store the object in one part, whose type is given when the upload is initiated."""
    return upload(api, content_type, "", body)


def upload(api: MemoryApi, content_type: str, type_of_part: str, body: bytes) -> Received:
    """Store the object in one part."""
    begun = api.ask(
        "POST", "closed", "k", query=(("uploads", ""),), headers=headers_of(content_type)
    )
    query = (("uploadId", ET.fromstring(begun.body).findtext("UploadId") or ""),)
    part = api.ask(
        "PUT",
        "closed",
        "k",
        query=(("partNumber", "1"), *query),
        headers=headers_of(type_of_part),
        body=body,
    )
    if part.status != 200:
        return part
    return api.ask("POST", "closed", "k", query=query, headers={"x-oss-complete-all": "yes"})


def post_form(api: MemoryApi, content_type: str, body: bytes) -> Received:
    """Store the object by a form, whose part has the type."""
    part = f"Content-Type: {content_type}\r\n" if content_type else ""
    form = (
        b'--limit\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n'
        b'--limit\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
        + part.encode()
        + b"\r\n"
        + body
        + b"\r\n--limit--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=limit"}
    return api.ask("POST", "open", headers=headers, body=form, signed="")


WAYS = [
    post_form,
    put,
    put_with_digest,
    put_with_signed_digest,
    put_presigned,
    put_and_copy,
    put_part,
    put_part_without_type,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_body_is_stored_as_it_was_sent_or_refused(way: Way) -> None:
    """No content type and no byte changes a body; a refusal leaves no object.

    A form is stored always: API Gateway delivers it in base64, whatever its file is.
    """
    for content_type in CONTENT_TYPES:
        for name, body in BODIES.items():
            api = MemoryApi()
            reply = way(api, content_type, body)
            bucket = "open" if way is post_form else "closed"
            stored = api.objects.stored.get((bucket, "k"))
            if reply.status in (200, 204):
                assert stored is not None, (content_type, name)
                assert stored.body == body, (content_type, name)
            else:
                assert reply.status == 400, (content_type, name)
                assert way is not post_form, (content_type, name)
                assert stored is None, (content_type, name)


def refused(way: Way, content_type: str) -> set[str]:
    """Return the names of the bodies that are refused."""
    return {
        name for name, body in BODIES.items() if way(MemoryApi(), content_type, body).status != 200
    }


NOT_UTF_8 = {
    *("UTF-16", "GBK", "GBK of the length of its replacement", "cut character", "surrogate"),
    *("gzip", "every byte"),
}


def test_only_bodies_that_may_be_altered_are_refused() -> None:
    """A digest proves a body; a body without a textual type, or in parts, arrives as it is."""
    for content_type in ("", "application/octet-stream", "image/jpeg"):
        assert refused(put, content_type) == set()
    for content_type in ("text/plain", "application/json"):
        assert refused(put, content_type) == NOT_UTF_8 | {"sent replacement"}
        assert refused(put_with_digest, content_type) == NOT_UTF_8
        assert refused(put_with_signed_digest, content_type) == NOT_UTF_8
        assert refused(put_part_without_type, content_type) == set()


@pytest.mark.parametrize("name", ["GBK", "GBK of the length of its replacement"])
def test_a_refusal_names_cause_and_remedy(name: str) -> None:
    """The caller's Content-Length is right, and is not blamed."""
    reply = put(MemoryApi(), "text/x-图", BODIES[name])
    error = ET.fromstring(reply.body)
    assert (reply.status, error.findtext("Code")) == (400, "IncompleteBody")
    message = error.findtext("Message") or ""
    assert "Content-Type text/x-图 as text" in message
    assert "in parts" in message
    assert "application/octet-stream" in message


def test_bodies_are_sent_as_octets_by_the_cdn() -> None:
    """The CDN moves the type to a header of its own, so that every body arrives as it is."""
    for name, body in BODIES.items():
        api = MemoryApi()
        signed = {"content-type": "application/octet-stream", "x-darkroom-content-type": "text/css"}
        reply = api.ask("PUT", "open", "k", headers=signed, body=body, signed="")
        stored = api.objects.stored["open", "k"]
        assert (reply.status, stored.body, stored.info.content_type) == (200, body, "text/css"), (
            name
        )


def test_a_signature_covers_the_type_that_the_cdn_moves() -> None:
    """The service verifies the request as the client sent it."""
    api = MemoryApi()
    request = SignedRequest(
        method="PUT",
        bucket="closed",
        key="k",
        headers={"host": "api", "content-length": "4", "content-type": "text/css"},
        body=lambda: BODIES["GBK"],
    )
    for signed in sign_in_every_form(request, OWNER, now=NOW, seconds=60).values():
        moved = {
            "x-darkroom-content-type": signed.headers["content-type"],
            "content-type": "application/octet-stream",
        }
        assert api.send(signed.with_headers(moved)).status == 200
        assert api.objects.stored["closed", "k"].body == BODIES["GBK"]
