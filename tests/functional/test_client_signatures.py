"""Requests as clients beyond the tested SDKs sign and write them."""

from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from darkroom.auth import SignedRequest
from local.events import HttpRequest, event
from local.triggers import Trigger
from tests.fakes.api import OWNER, MemoryApi, Received
from tests.fakes.services import NOW
from tests.signed_forms import sign_in_every_form
from tools import oss_client

FORMS = ["v1 header", "v1 url", "v2 header", "v2 url", "v4 header", "v4 url"]
FUNCTION_URL = "abc.lambda-url.eu-west-1.on.aws"


def error_of(reply: Received) -> tuple[int, str | None, str | None, str | None]:
    """Return status, code, message and EC of an error."""
    root = ET.fromstring(reply.body)
    return reply.status, root.findtext("Code"), root.findtext("Message"), root.findtext("EC")


def put(key: str, host: str = "api") -> SignedRequest:
    """Return an unsigned PUT of the key's own name."""
    body = key.encode()
    return SignedRequest(
        method="PUT",
        bucket="closed",
        key=key,
        headers={"host": host, "content-length": str(len(body))},
        body=lambda: body,
    )


def sent_as(api: MemoryApi, signed: SignedRequest, path: str, trigger: Trigger) -> Received:
    """Send a signed request with another spelling of its path."""
    _, _, query = signed.target().partition("?")
    request = HttpRequest(
        method=signed.method,
        target=f"{path}?{query}",
        headers=tuple(signed.headers.items()),
        body=signed.body(),
    )
    reply = api.invoke(event(request, trigger, NOW))
    return Received(status=reply["statusCode"], headers=reply["headers"], body=b"")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("trigger", list(Trigger))
@pytest.mark.parametrize("key", ["a b.jpg", "a+b c", "a b+c d", "+ +", "x y/图 +.jpg", "a+b"])
def test_a_blank_may_be_written_as_a_plus(form: str, trigger: Trigger, key: str) -> None:
    """Ruby's SDK writes `a+b%2Bc` for `a b+c`; the signature shows which is meant (C-171)."""
    host = FUNCTION_URL if trigger is Trigger.FUNCTION_URL else "api"
    signed = sign_in_every_form(put(key, host), OWNER, now=NOW, seconds=60)[form]
    for path in (quote(key).replace("%20", "+"), quote(key)):
        api = MemoryApi()
        assert sent_as(api, signed, f"/closed/{path}", trigger).status == 200
        assert [(name, entry.body) for (_, name), entry in api.objects.stored.items()] == [
            (key, key.encode())
        ]


@pytest.mark.parametrize("number", [6, 7, 40])
def test_many_pluses_are_all_blanks_or_none(number: int) -> None:
    """The attempts are bounded: each computes a signature."""
    for key in (" " * number + "x", "+" * number + "x"):
        api = MemoryApi()
        signed = oss_client.v4_header(put(key), OWNER, now=NOW, region="any")
        path = "/closed/" + key.replace(" ", "+")
        assert sent_as(api, signed, path, Trigger.HTTP_API).status == 200
        assert list(api.objects.stored) == [("closed", key)]


def test_a_plus_without_a_signature_is_a_plus() -> None:
    """And one that is signed as a plus."""
    api = MemoryApi()
    api.ask("PUT", "open", "a+b", body=b"x", signed="")
    api.ask("PUT", "closed", "a+b", body=b"x")
    assert list(api.objects.stored) == [("open", "a+b"), ("closed", "a+b")]


@pytest.mark.parametrize(
    "source", ["/closed/x+y/a+b%2Bc", "closed/x%20y/a%20b%2bc", "%2Fclosed%2Fx+y%2Fa+b%2Bc"]
)
def test_a_plus_in_a_copy_source_is_a_blank(source: str) -> None:
    """Go's SDK v1 and ossutil 1 write it so; a source may be encoded as a whole (C-171)."""
    api = MemoryApi()
    api.ask("PUT", "closed", "x y/a b+c", body=b"x")
    reply = api.ask("PUT", "closed", "copy", headers={"x-oss-copy-source": source})
    assert reply.status == 200
    assert api.objects.stored["closed", "copy"].body == b"x"


@pytest.mark.parametrize("form", FORMS)
def test_a_bucket_may_be_signed_without_its_slash(form: str) -> None:
    """The C SDK signs `/bucket?uploads` where the endpoint is an address."""
    bare = SignedRequest(
        method="GET",
        bucket="closed",
        bucket_slash=False,
        query=(("prefix", "a"),),
        headers={"host": "10.0.0.1:8080"},
    )
    signed = sign_in_every_form(bare, OWNER, now=NOW, seconds=60)[form]
    assert signed.target().startswith("/closed?")
    assert MemoryApi().send(signed).status == 200
    other = replace(signed, query=(*signed.query, ("marker", "x")))
    assert form.startswith("v1") or MemoryApi().send(other).status == 403


@pytest.mark.parametrize(
    "scheme", ["AWS4-HMAC-SHA256 Credential=a", "Bearer x", "Basic eDp5", "oss a:b", ""]
)
def test_another_scheme_is_answered_with_those_that_there_are(scheme: str) -> None:
    """Clients of S3 read that this is not its interface."""
    request = SignedRequest(method="GET", bucket="closed", headers={"authorization": scheme})
    status, code, message, ec = error_of(MemoryApi().send(request))
    assert (status, code, ec) == (400, "InvalidArgument", "0002-00000063")
    assert (message or "").startswith("Authorization header is invalid. ")
    assert "OSS, OSS2 and OSS4-HMAC-SHA256" in (message or "")


def test_a_request_without_a_date_has_its_number() -> None:
    """EC numbers of known refusals."""
    request = SignedRequest(method="GET", bucket="closed", headers={"authorization": "OSS a:b"})
    assert error_of(MemoryApi().send(request))[1::2] == ("AccessDenied", "0002-00000503")


def test_an_existing_object_has_its_numbers() -> None:
    """EC numbers of `FileAlreadyExists`, at a PUT and at the end of an upload."""
    api, forbid = MemoryApi(), {"x-oss-forbid-overwrite": "true"}
    api.ask("PUT", "closed", "k", body=b"x")
    refused = api.ask("PUT", "closed", "k", headers=forbid, body=b"y")
    assert error_of(refused)[1::2] == ("FileAlreadyExists", "0026-00000002")
    begun = api.ask("POST", "closed", "k", query=(("uploads", ""),))
    upload = (("uploadId", ET.fromstring(begun.body).findtext("UploadId") or ""),)
    api.ask("PUT", "closed", "k", query=(("partNumber", "1"), *upload), body=b"y")
    headers = {**forbid, "x-oss-complete-all": "yes"}
    refused = api.ask("POST", "closed", "k", query=upload, headers=headers)
    assert error_of(refused)[1::2] == ("FileAlreadyExists", "0042-00000214")


GBK = "中文".encode("gbk")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("trigger", list(Trigger))
def test_a_signed_key_in_another_encoding_is_named(method: str, trigger: Trigger) -> None:
    """The service asks for UTF-8; an HTTP API delivers replacements (clients' GBK keys)."""
    host = FUNCTION_URL if trigger is Trigger.FUNCTION_URL else "api"
    request = HttpRequest(
        method=method,
        target=f"/closed/{quote(GBK)}",
        headers=(
            ("host", host),
            ("date", oss_client.v1_header(put("k"), OWNER, now=NOW).header("date")),
            ("authorization", "OSS owner:AAAA"),
        ),
    )
    reply = MemoryApi().invoke(event(request, trigger, NOW))
    root = ET.fromstring(reply["body"])
    assert root.findtext("Code") == "InvalidArgument"
    assert root.findtext("Message") == "The characters encoding must be utf-8."


def test_an_anonymous_write_is_not_stored_under_replacements() -> None:
    """A signature proves that U+FFFD was sent; without one, other bytes may have been."""
    api = MemoryApi()
    reply = api.ask("PUT", "open", "a\ufffd", body=b"x", signed="")
    assert error_of(reply)[:2] == (400, "InvalidArgument")
    assert api.ask("PUT", "open", "a\ufffd", body=b"x").status == 200
    assert api.ask("GET", "open", "a\ufffd", signed="").status == 200
    assert list(api.objects.stored) == [("open", unquote("a%EF%BF%BD"))]
