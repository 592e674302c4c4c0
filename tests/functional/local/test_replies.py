"""HTTP replies that the triggers build from a function's result."""

import base64
from typing import Any

import pytest

from local.replies import failed, reply, throttled
from local.triggers import FunctionError, Trigger


def test_text() -> None:
    """Text is sent in UTF-8."""
    built = reply({"statusCode": 404, "headers": {"content-type": "text/plain"}, "body": "图"})
    assert built.status == 404
    assert built.headers == (("content-type", "text/plain"),)
    assert built.body == "图".encode()


def test_base64() -> None:
    """A body marked as base64 is sent decoded."""
    body = base64.b64encode(b"\xff\xd8").decode()
    assert reply({"statusCode": 200, "body": body, "isBase64Encoded": True}).body == b"\xff\xd8"


def test_cookies() -> None:
    """Each cookie becomes a header of its own."""
    built = reply({"statusCode": 200, "cookies": ["a=1", "b=2; Secure"]})
    assert built.headers == (("set-cookie", "a=1"), ("set-cookie", "b=2; Secure"))


@pytest.mark.parametrize(("value", "sent"), [(7, "7"), (True, "true"), (1.5, "1.5")])
def test_header_values(value: Any, sent: str) -> None:
    """Numbers and truth values are written as JSON writes them."""
    assert reply({"statusCode": 200, "headers": {"x-a": value}}).headers == (("x-a", sent),)


@pytest.mark.parametrize(
    ("result", "body"), [({"a": 1}, b'{"a": 1}'), ("hi", b"hi"), (None, b"null")]
)
def test_inferred(result: Any, body: bytes) -> None:
    """A result without a status code is the JSON of a 200."""
    built = reply(result)
    assert (built.status, built.body) == (200, body)
    assert built.headers == (("content-type", "application/json"),)


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "200"},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "headers": {"a": "b\r\nset-cookie: c"}},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "*", "isBase64Encoded": True},
    ],
    ids=str,
)
def test_malformed(result: Any) -> None:
    """A result that is no valid HTTP reply is an error of the function."""
    with pytest.raises(FunctionError):
        reply(result)


def test_statuses() -> None:
    """The triggers have different statuses for failed and throttled functions."""
    assert (failed(Trigger.HTTP_API).status, failed(Trigger.FUNCTION_URL).status) == (500, 502)
    assert (throttled(Trigger.HTTP_API).status, throttled(Trigger.FUNCTION_URL).status) == (
        503,
        429,
    )
