"""Events that API Gateway and function URLs build from HTTP requests."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from local.events import HttpRequest, event
from local.triggers import Event, Trigger

NOW = datetime(2020, 3, 12, 19, 3, 58, 390_000, UTC)


def event_for(trigger: Trigger = Trigger.HTTP_API, **request: Any) -> Event:
    """Build an event from some attributes of a request; the others have defaults."""
    parts: dict[str, Any] = {"method": "GET", "target": "/", **request}
    return event(HttpRequest(**parts), trigger, NOW)


@pytest.mark.parametrize(
    ("target", "api", "url"),
    [
        ("/demo/a.jpg", "/demo/a.jpg", "/demo/a.jpg"),
        ("/demo/a%20b.jpg", "/demo/a b.jpg", "/demo/a%20b.jpg"),
        ("/demo/a+b.jpg", "/demo/a+b.jpg", "/demo/a+b.jpg"),
        ("/demo/100%25.jpg", "/demo/100%.jpg", "/demo/100%25.jpg"),
        ("/demo/a%252Fb", "/demo/a%2Fb", "/demo/a%252Fb"),
        ("/demo/a%2Fb", "/demo/a/b", "/demo/a%2Fb"),
        ("/demo/%E5%9B%BE.jpg", "/demo/图.jpg", "/demo/%E5%9B%BE.jpg"),
        ("/demo/what%3F.jpg", "/demo/what", "/demo/what%3F.jpg"),
        ("//demo//a", "//demo//a", "//demo//a"),
        ("/demo/../a", "/demo/../a", "/demo/../a"),
        ("/demo/%FF", "/demo/\ufffd", "/demo/%FF"),
    ],
    ids=lambda value: value,
)
def test_path(target: str, api: str, url: str) -> None:
    """An HTTP API decodes the path once and cuts it at a decoded `?`; a function URL does not."""
    for trigger, path in ((Trigger.HTTP_API, api), (Trigger.FUNCTION_URL, url)):
        built = event_for(trigger, target=target)
        assert built["rawPath"] == built["requestContext"]["http"]["path"] == path


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("x-oss-process=image/resize,w_100", {"x-oss-process": "image/resize,w_100"}),
        ("x-oss-process=image%2Fresize%2Cw_1", {"x-oss-process": "image/resize,w_1"}),
        ("x-oss-process", {"x-oss-process": ""}),
        ("a=1&b=2&a=3", {"a": "1,3", "b": "2"}),
        ("a=b?c=d", {"a": "b?c=d"}),
        ("a=%E5%9B%BE+x", {"a": "图 x"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_query(query: str, parameters: dict[str, str], trigger: Trigger) -> None:
    """The query is delivered as sent and decoded; values of one name are joined."""
    built = event_for(trigger, target=f"/?{query}")
    assert built["rawQueryString"] == query
    assert built["queryStringParameters"] == parameters


def test_no_query() -> None:
    """Without a query there are no `queryStringParameters`."""
    built = event_for(target="/a")
    assert built["rawQueryString"] == ""
    assert "queryStringParameters" not in built


def test_headers() -> None:
    """Names become lower-case, values of one name are joined by a comma, in their order."""
    fields = (("Host", "h"), ("X-Oss-Meta-A", "1"), ("x-oss-meta-a", "2, 3"), ("Accept", "*/*"))
    headers = event_for(headers=fields)["headers"]
    assert headers["x-oss-meta-a"] == "1,2, 3"
    assert headers.keys() >= {"host", "accept"}
    assert all(name == name.lower() for name in headers)


def test_headers_of_one_connection() -> None:
    """Connection headers are not delivered."""
    fields = (("Connection", "close"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue"))
    assert not {name.lower() for name, _ in fields} & event_for(headers=fields)["headers"].keys()


def test_forwarding() -> None:
    """The client's address is appended to `x-forwarded-for`."""
    fields = (("X-Forwarded-For", "203.0.113.9"),)
    built = event_for(headers=fields, source_ip="127.0.0.2", port=8000)
    assert built["headers"]["x-forwarded-for"] == "203.0.113.9, 127.0.0.2"
    assert built["headers"]["x-forwarded-port"] == "8000"
    assert built["requestContext"]["http"]["sourceIp"] == "127.0.0.2"


@pytest.mark.parametrize(
    ("trigger", "in_headers"), [(Trigger.HTTP_API, False), (Trigger.FUNCTION_URL, True)]
)
def test_cookies(trigger: Trigger, in_headers: bool) -> None:
    """Cookies are delivered as a list; a function URL delivers them as a header too."""
    built = event_for(trigger, headers=(("Cookie", "a=1; b=2"), ("Cookie", "c=3")))
    assert built["cookies"] == ["a=1", "b=2", "c=3"]
    assert ("cookie" in built["headers"]) is in_headers
    assert "cookies" not in event_for(trigger)


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("text/plain", True),
        ("Text/Plain; charset=utf-8", True),
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/jsonl", False),
        ("application/x-www-form-urlencoded", False),
        ("application/octet-stream", False),
        ("image/svg+xml", False),
        ("", False),
    ],
)
def test_body(content_type: str, is_text: bool) -> None:
    """Bodies of a few text types are delivered as text, all others as base64."""
    fields = (("Content-Type", content_type),) if content_type else ()
    built = event_for(method="POST", headers=fields, body="x-oss-process=图".encode())
    assert built["isBase64Encoded"] is not is_text
    decoded = built["body"] if is_text else base64.b64decode(built["body"]).decode()
    assert decoded == "x-oss-process=图"


def test_no_body() -> None:
    """Without a body there is no `body` member."""
    built = event_for()
    assert "body" not in built
    assert built["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("trigger", "body", "length"),
    [
        (Trigger.HTTP_API, b"", "0"),
        (Trigger.HTTP_API, b"12345", "5"),
        (Trigger.FUNCTION_URL, b"", None),
        (Trigger.FUNCTION_URL, b"12345", "5"),
    ],
)
def test_length(trigger: Trigger, body: bytes, length: str | None) -> None:
    """`content-length` is set for chunked bodies too; an HTTP API sets it also without a body."""
    fields = (("Transfer-Encoding", "chunked"),) if body else ()
    built = event_for(trigger, method="PUT", headers=fields, body=body)
    assert built["headers"].get("content-length") == length


@pytest.mark.parametrize(
    ("trigger", "host", "domain"),
    [
        (Trigger.HTTP_API, "demo.localhost:8000", "demo.localhost"),
        (Trigger.HTTP_API, "IMG.Example.com", "img.example.com"),
        (Trigger.HTTP_API, "[::1]:8000", "[::1]"),
        (Trigger.FUNCTION_URL, "127.0.0.1:8000", "darkroom.lambda-url.local.on.aws"),
        (
            Trigger.FUNCTION_URL,
            "abc.lambda-url.eu-west-1.on.aws",
            "abc.lambda-url.eu-west-1.on.aws",
        ),
    ],
)
def test_domain(trigger: Trigger, host: str, domain: str) -> None:
    """The domain is the requested host; that of a function URL always ends in .on.aws."""
    built = event_for(trigger, headers=(("Host", host),))
    assert built["requestContext"]["domainName"] == domain
    assert built["headers"]["host"] == host


def test_context() -> None:
    """The request context has the members of payload 2.0."""
    built = event_for(method="HEAD", target="/a?b", headers=(("User-Agent", "me/1"),))
    context = built["requestContext"]
    assert context["http"] == {
        "method": "HEAD",
        "path": "/a",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "me/1",
    }
    assert context["time"] == "12/Mar/2020:19:03:58 +0000"
    assert context["timeEpoch"] == 1584039838390
    assert (built["version"], built["routeKey"], context["stage"]) == (
        "2.0",
        "$default",
        "$default",
    )
