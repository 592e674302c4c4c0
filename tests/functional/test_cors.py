"""CORS: preflight requests and the headers of answers."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

from tests.functional.conftest import Ask, Get

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "configured"
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
ALLOWED_ORIGIN = "https://www.example.com"
OTHER_ORIGIN = "https://elsewhere.example"


@pytest.fixture(autouse=True, scope="module")
def cors_rules(ask: Ask, s3: "S3Client") -> Iterator[None]:
    """Set CORS rules and store an object."""
    s3.put_object(Bucket=BUCKET, Key="a.txt", Body=b"text")
    document = {"acl": "public-read", "cors": RULES}
    ask("PUT", BUCKET, by="owner", query=QUERY, body=json.dumps(document).encode())
    yield
    ask("PUT", BUCKET, by="owner", query=QUERY, body=b'{"acl": "public-read"}')


def granted(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the Access-Control headers without their prefix."""
    return {
        name.removeprefix("access-control-"): value
        for name, value in headers.items()
        if name.startswith("access-control-")
    }


def test_a_preflight_returns_the_matching_rule(get: Get) -> None:
    """A preflight returns the first rule that matches; its signature is not checked."""
    reply = get(
        "/configured/new.jpg",
        "OSSAccessKeyId=x&Signature=of-the-PUT&Expires=9999999999",
        method="OPTIONS",
        origin=ALLOWED_ORIGIN,
        access_control_request_method="PUT",
        access_control_request_headers="Content-Type, x-oss-meta-a",
    )
    assert (reply.status, reply.body) == (200, b"")
    assert granted(reply.headers) == {
        "allow-origin": ALLOWED_ORIGIN,
        "allow-methods": "GET, PUT",
        "allow-headers": "Content-Type, x-oss-meta-a",
        "expose-headers": "ETag, x-oss-request-id",
        "max-age": "600",
    }
    assert "Origin" in reply.headers["vary"]


def test_a_rule_for_every_origin_answers_a_star(get: Get) -> None:
    """A rule for every origin answers `*`, so that caches can share the answer."""
    reply = get(
        "/configured/a.txt",
        method="OPTIONS",
        origin=OTHER_ORIGIN,
        access_control_request_method="HEAD",
    )
    assert granted(reply.headers) == {"allow-origin": "*", "allow-methods": "HEAD"}


@pytest.mark.parametrize(
    ("path", "origin", "method", "headers", "status", "code"),
    [
        ("configured/a", OTHER_ORIGIN, "GET", "", 403, "AccessForbidden"),
        ("configured/a", ALLOWED_ORIGIN, "DELETE", "", 403, "AccessForbidden"),
        ("configured/a", ALLOWED_ORIGIN, "GET", "authorization", 403, "AccessForbidden"),
        ("demo/a", ALLOWED_ORIGIN, "GET", "", 403, "AccessForbidden"),
        ("nothing-here/a", ALLOWED_ORIGIN, "GET", "", 404, "NoSuchBucket"),
        ("configured/a", "", "", "", 400, "BadRequest"),
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
def test_answers_carry_cors_headers_for_an_allowed_origin(get: Get, key: str) -> None:
    """Answers and errors carry the CORS headers of an allowed origin, and `Vary: Origin`."""
    reply = get(f"/configured/{key}", origin=ALLOWED_ORIGIN)
    assert granted(reply.headers) == {
        "allow-origin": ALLOWED_ORIGIN,
        "expose-headers": "ETag, x-oss-request-id",
    }
    assert reply.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "headers", [{"origin": OTHER_ORIGIN}, {}], ids=["other origin", "no origin"]
)
def test_other_answers_carry_vary_alone(get: Get, headers: Mapping[str, str]) -> None:
    """Other answers carry `Vary: Origin` alone, so that no cache serves them to allowed origins."""
    reply = get("/configured/a.txt", **headers)
    assert reply.status == 200
    assert granted(reply.headers) == {}
    assert reply.headers["vary"] == "Origin"


def test_a_bucket_without_rules_sends_no_cors_headers(get: Get) -> None:
    """Without CORS rules there are no CORS headers and no `Vary`."""
    for path in ("/demo/missing", "/nothing-here/a", "/UPPER/a", "/"):
        reply = get(path, origin=ALLOWED_ORIGIN)
        assert granted(reply.headers) == {}
        assert "vary" not in reply.headers
