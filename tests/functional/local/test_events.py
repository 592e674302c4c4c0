"""What API Gateway and function URLs make of HTTP requests."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from local.events import HttpRequest, event
from local.triggers import Event, Trigger

NOW = datetime(2020, 3, 12, 19, 3, 58, 390_000, UTC)


def described(trigger: Trigger = Trigger.HTTP_API, **request: Any) -> Event:
    """Describe a request of which only what matters is given."""
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
        made = described(trigger, target=target)
        assert made["rawPath"] == made["requestContext"]["http"]["path"] == path


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
    """The query arrives as sent, and decoded beside it, with values of one name joined."""
    made = described(trigger, target=f"/?{query}")
    assert made["rawQueryString"] == query
    assert made["queryStringParameters"] == parameters


def test_no_query() -> None:
    """Without a query there are no parameters at all."""
    made = described(target="/a")
    assert made["rawQueryString"] == ""
    assert "queryStringParameters" not in made


def test_headers() -> None:
    """Names become lower-case, values of one name are joined by a comma, in their order."""
    fields = (("Host", "h"), ("X-Oss-Meta-A", "1"), ("x-oss-meta-a", "2, 3"), ("Accept", "*/*"))
    headers = described(headers=fields)["headers"]
    assert headers["x-oss-meta-a"] == "1,2, 3"
    assert headers.keys() >= {"host", "accept"}
    assert all(name == name.lower() for name in headers)


def test_headers_of_one_connection() -> None:
    """What is about the connection does not go on to the function."""
    fields = (("Connection", "close"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue"))
    assert not {name.lower() for name, _ in fields} & described(headers=fields)["headers"].keys()


def test_forwarding() -> None:
    """The client's address is added behind those that proxies have told."""
    fields = (("X-Forwarded-For", "203.0.113.9"),)
    made = described(headers=fields, source_ip="127.0.0.2", port=8000)
    assert made["headers"]["x-forwarded-for"] == "203.0.113.9, 127.0.0.2"
    assert made["headers"]["x-forwarded-port"] == "8000"
    assert made["requestContext"]["http"]["sourceIp"] == "127.0.0.2"


@pytest.mark.parametrize(
    ("trigger", "kept"), [(Trigger.HTTP_API, False), (Trigger.FUNCTION_URL, True)]
)
def test_cookies(trigger: Trigger, kept: bool) -> None:
    """Cookies come one by one; only a function URL leaves them among the headers as well."""
    made = described(trigger, headers=(("Cookie", "a=1; b=2"), ("Cookie", "c=3")))
    assert made["cookies"] == ["a=1", "b=2", "c=3"]
    assert ("cookie" in made["headers"]) is kept
    assert "cookies" not in described(trigger)


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
    """Bodies of a few text types arrive as text, all others as base64."""
    fields = (("Content-Type", content_type),) if content_type else ()
    made = described(method="POST", headers=fields, body="x-oss-process=图".encode())
    assert made["isBase64Encoded"] is not is_text
    decoded = made["body"] if is_text else base64.b64decode(made["body"]).decode()
    assert decoded == "x-oss-process=图"


def test_no_body() -> None:
    """Without a body there is none, not an empty one."""
    made = described()
    assert "body" not in made
    assert made["isBase64Encoded"] is False


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
    """A length is told even of chunked bodies; an HTTP API tells it even of none."""
    fields = (("Transfer-Encoding", "chunked"),) if body else ()
    made = described(trigger, method="PUT", headers=fields, body=body)
    assert made["headers"].get("content-length") == length


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
    """The domain is the host addressed; that of a function URL ends in .on.aws always."""
    made = described(trigger, headers=(("Host", host),))
    assert made["requestContext"]["domainName"] == domain
    assert made["headers"]["host"] == host


def test_context() -> None:
    """The request's circumstances have the names and forms of payload 2.0."""
    made = described(method="HEAD", target="/a?b", headers=(("User-Agent", "me/1"),))
    context = made["requestContext"]
    assert context["http"] == {
        "method": "HEAD",
        "path": "/a",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "me/1",
    }
    assert context["time"] == "12/Mar/2020:19:03:58 +0000"
    assert context["timeEpoch"] == 1584039838390
    assert (made["version"], made["routeKey"], context["stage"]) == ("2.0", "$default", "$default")
