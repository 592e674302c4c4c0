"""Pages of other origins: preflight requests and the headers of answers."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

from tests.functional.conftest import Ask, Get

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "settled"
QUERY = (("x-oss-bucket-settings", ""),)
RULES = [
    {
        "allowedOrigins": ["https://*.example.com"],
        "allowedMethods": ["GET", "PUT"],
        "allowedHeaders": ["x-oss-*", "content-type"],
        "exposeHeaders": ["ETag", "x-oss-request-id"],
        "maxAgeSeconds": 600,
    },
    {"allowedOrigins": ["*"], "allowedMethods": ["HEAD"]},
]
PAGE = "https://www.example.com"
STRANGER = "https://elsewhere.example"


@pytest.fixture(autouse=True, scope="module")
def settled(ask: Ask, s3: "S3Client") -> Iterator[None]:
    """Give one bucket rules and an object."""
    s3.put_object(Bucket=BUCKET, Key="a.txt", Body=b"text")
    document = {"acl": "public-read", "cors": RULES}
    ask("PUT", BUCKET, by="owner", query=QUERY, body=json.dumps(document).encode())
    yield
    ask("PUT", BUCKET, by="owner", query=QUERY, body=b'{"acl": "public-read"}')


def granted(headers: Mapping[str, str]) -> dict[str, str]:
    """Give what a browser reads."""
    return {
        name.removeprefix("access-control-"): value
        for name, value in headers.items()
        if name.startswith("access-control-")
    }


def test_a_preflight_tells_what_may_be_sent(get: Get) -> None:
    """The first rule that allows it; nothing is signed, also where the request will be."""
    reply = get(
        "/settled/new.jpg",
        "OSSAccessKeyId=x&Signature=of-the-PUT&Expires=9999999999",
        method="OPTIONS",
        origin=PAGE,
        access_control_request_method="PUT",
        access_control_request_headers="Content-Type, x-oss-meta-a",
    )
    assert (reply.status, reply.body) == (200, b"")
    assert granted(reply.headers) == {
        "allow-origin": PAGE,
        "allow-methods": "GET, PUT",
        "allow-headers": "Content-Type, x-oss-meta-a",
        "expose-headers": "ETag, x-oss-request-id",
        "max-age": "600",
    }
    assert "Origin" in reply.headers["vary"]


def test_any_origin_is_answered_with_a_star(get: Get) -> None:
    """So that one answer serves all of them."""
    reply = get(
        "/settled/a.txt",
        method="OPTIONS",
        origin=STRANGER,
        access_control_request_method="HEAD",
    )
    assert granted(reply.headers) == {"allow-origin": "*", "allow-methods": "HEAD"}


@pytest.mark.parametrize(
    ("path", "origin", "method", "headers", "status", "code"),
    [
        ("settled/a", STRANGER, "GET", "", 403, "AccessForbidden"),
        ("settled/a", PAGE, "DELETE", "", 403, "AccessForbidden"),
        ("settled/a", PAGE, "GET", "authorization", 403, "AccessForbidden"),
        ("demo/a", PAGE, "GET", "", 403, "AccessForbidden"),
        ("nothing-here/a", PAGE, "GET", "", 404, "NoSuchBucket"),
        ("settled/a", "", "", "", 400, "BadRequest"),
    ],
)
def test_a_preflight_that_no_rule_allows_is_refused(  # noqa: PLR0917 - a table's columns
    get: Get, path: str, origin: str, method: str, headers: str, status: int, code: str
) -> None:
    """A preflight is 403 `AccessForbidden` where no rule matches (spec 01 §6.4)."""
    sent = {
        "origin": origin,
        "access_control_request_method": method,
        "access_control_request_headers": headers,
    }
    sent = {name: value for name, value in sent.items() if value}
    reply = get(f"/{path}", method="OPTIONS", **sent)
    assert reply.status == status
    assert f"<Code>{code}</Code>".encode() in reply.body
    assert granted(reply.headers) == {}


@pytest.mark.parametrize("key", ["a.txt", "missing"])
def test_an_answer_may_be_read_by_the_pages_that_may_ask(get: Get, key: str) -> None:
    """An error, too; and caches keep the answers to different pages apart."""
    reply = get(f"/settled/{key}", origin=PAGE)
    assert granted(reply.headers) == {
        "allow-origin": PAGE,
        "expose-headers": "ETag, x-oss-request-id",
    }
    assert reply.headers["vary"] == "Origin"


@pytest.mark.parametrize("headers", [{"origin": STRANGER}, {}], ids=["stranger", "no page"])
def test_other_answers_only_say_that_they_might_differ(
    get: Get, headers: Mapping[str, str]
) -> None:
    """Else a cache could give a page an answer without the headers that it needs."""
    reply = get("/settled/a.txt", **headers)
    assert reply.status == 200
    assert granted(reply.headers) == {}
    assert reply.headers["vary"] == "Origin"


def test_a_bucket_without_rules_says_nothing(get: Get) -> None:
    """Nor does a request that reaches no bucket."""
    for path in ("/demo/missing", "/nothing-here/a", "/UPPER/a", "/"):
        reply = get(path, origin=PAGE)
        assert granted(reply.headers) == {}
        assert "vary" not in reply.headers
