"""Events of an HTTP API and of a function URL, and the replies to them."""

import base64
import json
from typing import Any

import pytest

from darkroom.errors import Code, OssError
from darkroom.web.http import Response
from darkroom.web.lambda_events import request_from_event, response_to_event

URL = "abc.lambda-url.eu-west-1.on.aws"
LIMIT = 6_291_556
"""Maximum size of a function's JSON reply, in bytes."""


def event(path: str, domain: str = "api.example.com", **members: Any) -> dict[str, Any]:
    """Return the event of a GET."""
    http = {"method": "GET", "path": path}
    return {
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"Host": domain},
        "requestContext": {"domainName": domain, "http": http},
        "isBase64Encoded": False,
        **members,
    }


@pytest.mark.parametrize(
    ("sent", "decoded"),
    [
        ("/b/a%20b", "/b/a b"),
        ("/b/a+b", "/b/a+b"),
        ("/b/100%25.jpg", "/b/100%.jpg"),
        ("/b/100%2525.jpg", "/b/100%25.jpg"),
        ("/b/a%252Fb", "/b/a%2Fb"),
        ("/b/a%2Fb", "/b/a/b"),
        ("/b/%E5%9B%BE", "/b/图"),
        ("/b/a//b/../c/", "/b/a//b/../c/"),
        ("/b/%23&=%3B", "/b/#&=;"),
    ],
)
def test_a_path_is_decoded_once_for_both_kinds_of_event(sent: str, decoded: str) -> None:
    """An HTTP API delivers a decoded path, a function URL an encoded one (decision 007)."""
    assert request_from_event(event(sent, URL)).path == decoded
    assert request_from_event(event(decoded)).path == decoded


def test_a_function_url_delivers_a_question_mark_in_a_key() -> None:
    """An HTTP API cuts the path at the decoded question mark."""
    assert request_from_event(event("/b/a%3Fb", URL)).path == "/b/a?b"


@pytest.mark.parametrize("domain", ["api.example.com", URL])
@pytest.mark.parametrize("path", ["/b/\ud800", "/b/\udfffx"], ids=ascii)
def test_a_path_with_a_lone_surrogate_is_refused(domain: str, path: str) -> None:
    """JSON can contain a lone surrogate; a key cannot."""
    request = request_from_event(event(path, domain))
    with pytest.raises(OssError) as error:
        _ = request.path
    assert error.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize("query", ["a=%ff", "%ff", "a=\ud800"], ids=ascii)
def test_a_query_that_is_not_unicode_is_refused(query: str) -> None:
    """Invalid UTF-8 and lone surrogates raise InvalidArgument."""
    request = request_from_event(event("/b/k", rawQueryString=query))
    with pytest.raises(OssError) as error:
        _ = request.query
    assert error.value.code is Code.INVALID_ARGUMENT


def test_a_body_is_text_or_base64() -> None:
    """`isBase64Encoded` of the event determines the decoding."""
    assert request_from_event(event("/b/k")).body == b""
    assert request_from_event(event("/b/k", body="ü")).body == "ü".encode()
    encoded = event("/b/k", body=base64.b64encode(b"\xff\0").decode(), isBase64Encoded=True)
    assert request_from_event(encoded).body == b"\xff\0"


def test_header_names_are_lower_case() -> None:
    """The event may contain any spelling."""
    assert request_from_event(event("/b/k")).headers == {"host": "api.example.com"}


@pytest.mark.parametrize(
    ("content_type", "body", "as_text"),
    [
        ("application/xml", "<a>ü</a>".encode(), True),
        ("application/json", b"{}", True),
        ("text/plain; charset=utf-8", b"a", True),
        ("text/plain", "ü".encode("latin-1"), False),
        ("application/json", b"\x1f\x8b\x08", False),
        ("image/png", b"a", False),
        ("", b"a", False),
    ],
)
def test_a_reply_contains_any_body_unchanged(content_type: str, body: bytes, as_text: bool) -> None:
    """Objects of a textual type may be in another encoding, compressed, or cut by a range."""
    reply = response_to_event(
        Response(status=200, headers={"content-type": content_type}, body=body)
    )
    assert reply["isBase64Encoded"] is not as_text
    sent_body = reply["body"]
    assert (sent_body.encode() if as_text else base64.b64decode(sent_body)) == body


@pytest.mark.parametrize("body", [b"\0", b'"', "ü".encode(), b"\\"], ids=ascii)
def test_a_reply_with_a_long_text_stays_below_the_limit(body: bytes) -> None:
    """JSON escapes make some characters six times as long."""
    long = (body * 4_500_000)[:4_500_000]
    reply = response_to_event(
        Response(status=200, headers={"content-type": "text/plain"}, body=long)
    )
    assert len(json.dumps(reply)) < LIMIT
