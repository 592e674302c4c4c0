"""Objects with unusual keys, through both kinds of event (decision 007)."""

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.functional.conftest import Reply, http_event, reply_to

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

KEYS = [
    "a b",
    "a+b",
    "a%b",
    "100%.jpg",
    "100%25.jpg",
    "a%2Fb",
    "a%252Fb",
    "图/ü.jpg",
    "\U0001f4f7",
    "a//b",
    "a/../b",
    "..",
    "a/./b",
    "a/",
    "a\\b",
    "a&b=c;d#e",
    "!$'()*,:@~_-.",
]
DOT = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)

type EventSource = Callable[[str, str, str], dict[str, Any]]
"""Builds an event from a host, the path to a key, and a query."""


def http_api(host: str, path: str, query: str) -> dict[str, Any]:
    """Build an event with a decoded path, as an HTTP API does."""
    return http_event(path, query, method="GET", headers={"host": host})


def function_url(host: str, path: str, query: str) -> dict[str, Any]:
    """Build an event with an encoded path, as a function URL does."""
    event = http_event(quote(path), query, method="GET", headers={"host": host})
    event["requestContext"]["domainName"] = "abc.lambda-url.us-east-1.on.aws"
    return event


@pytest.fixture(autouse=True, scope="module")
def stored(s3: "S3Client") -> None:
    """Store a picture under each key, with the key in its metadata."""
    for key in (*KEYS, "a?b"):
        s3.put_object(Bucket="demo", Key=key, Body=DOT, Metadata={"key": quote(key)})


@pytest.fixture
def get(app: ModuleType) -> Callable[[dict[str, Any]], Reply]:
    """Return a function that invokes the process function with an event."""
    return lambda event: reply_to(app, event)


@pytest.mark.parametrize("query", ["", "x-oss-process=image/format,png"])
@pytest.mark.parametrize("style", ["path", "host"])
@pytest.mark.parametrize("event_source", [http_api, function_url])
@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_decoded_once(
    get: Callable[[dict[str, Any]], Reply],
    event_source: EventSource,
    style: str,
    key: str,
    query: str,
) -> None:
    """A key is decoded exactly once, in path style and in host style."""
    if style == "path":
        event = event_source("api.example.com", f"/demo/{key}", query)
    else:
        event = event_source("demo.oss.example.com", f"/{key}", query)
    reply = get(event)
    assert reply.status == 200, reply.body
    assert reply.headers["x-oss-meta-key"] == quote(key)
    assert reply.body.startswith(b"\x89PNG" if query else b"GIF89a")


def test_a_question_mark_in_a_key_needs_a_function_url(
    get: Callable[[dict[str, Any]], Reply],
) -> None:
    """An HTTP API cuts the path at a question mark; a function URL does not."""
    assert get(function_url("x", "/demo/a?b", "")).headers["x-oss-meta-key"] == quote("a?b")
    assert get(http_api("x", "/demo/a", "")).status == 404


@pytest.mark.parametrize("event_source", [http_api, function_url])
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/demo//a", "InvalidObjectName"),
        ("/demo/\\a", "InvalidObjectName"),
        (f"/demo/{'x' * 1024}", "InvalidObjectName"),
        (f"/demo/{'图' * 342}", "InvalidObjectName"),
        ("/Demo/a", "InvalidBucketName"),
        ("/de/a", "InvalidBucketName"),
        ("/demo_1/a", "InvalidBucketName"),
        ("/-demo/a", "InvalidBucketName"),
        (f"/{'x' * 64}/a", "InvalidBucketName"),
        ("//a", "InvalidBucketName"),
    ],
)
def test_an_invalid_name_is_refused(
    get: Callable[[dict[str, Any]], Reply], event_source: EventSource, path: str, code: str
) -> None:
    """An invalid bucket or object name is a 400 without a request to S3 (spec 01 §1)."""
    reply = get(event_source("api.example.com", path, ""))
    assert reply.status == 400
    assert f"<Code>{code}</Code>".encode() in reply.body


def test_a_key_of_maximum_length_is_valid(
    get: Callable[[dict[str, Any]], Reply],
) -> None:
    """A key of 1023 bytes is valid."""
    assert get(http_api("x", f"/demo/{'图' * 341}", "")).status == 404


def test_a_textual_object_need_not_be_text(
    get: Callable[[dict[str, Any]], Reply], s3: "S3Client"
) -> None:
    """An object of type text/plain may hold bytes that are not UTF-8."""
    body = "Grüße".encode("latin-1")
    s3.put_object(Bucket="demo", Key="latin.txt", Body=body, ContentType="text/plain")
    assert get(http_api("x", "/demo/latin.txt", "")).body == body
