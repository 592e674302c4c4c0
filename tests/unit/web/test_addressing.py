"""Bucket and key are parsed from host and path (decision 007, spec 01 §1)."""

from collections.abc import Mapping

import pytest

from darkroom.errors import Code, OssError
from darkroom.settings import Settings
from darkroom.web.dispatch import parse_address
from darkroom.web.http import Address, Request

SETTINGS = Settings(
    buckets={}, base_domains=("oss.example.com",), domains={"img.example.org": "demo"}
)


def address(
    path: str,
    host: str = "api",
    *,
    settings: Settings = SETTINGS,
    headers: Mapping[str, str] | None = None,
) -> Address:
    """Return the address of a request with this path and host."""
    request = Request(method="GET", raw_path=path, headers={"host": host, **(headers or {})})
    return parse_address(request, settings)


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("api", "/demo/a.jpg", Address("demo", "a.jpg")),
        ("api", "/demo/a/b%20c.jpg", Address("demo", "a/b c.jpg")),
        ("api", "/demo/", Address("demo", "")),
        ("api", "/demo", Address("demo", "")),
        ("api", "/", Address("", "")),
        ("demo.oss.example.com", "/a.jpg", Address("demo", "a.jpg")),
        ("DEMO.OSS.example.com:8443", "/a.jpg", Address("demo", "a.jpg")),
        ("demo.oss.example.com", "/other/a.jpg", Address("demo", "other/a.jpg")),
        ("demo.oss.example.com.", "/a.jpg", Address("demo", "a.jpg")),
        ("demo.oss.example.com.:8443", "/a.jpg", Address("demo", "a.jpg")),
        ("img.example.org:", "/a.jpg", Address("demo", "a.jpg")),
        ("[::1]", "/demo/a.jpg", Address("demo", "a.jpg")),
        ("[::1]:80", "/demo/a.jpg", Address("demo", "a.jpg")),
        ("img.example.org", "/a.jpg", Address("demo", "a.jpg")),
        ("img.example.org", "/", Address("demo", "")),
        ("oss.example.com", "/demo/a.jpg", Address("demo", "a.jpg")),
    ],
)
def test_every_form_of_url_is_parsed(host: str, path: str, expected: Address) -> None:
    """Path style, virtual host, and a domain of one bucket."""
    assert address(path, host) == expected


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/demo/a+b", "a+b"),
        ("/demo/a%2Bb", "a+b"),
        ("/demo/100%25.jpg", "100%.jpg"),
        ("/demo/a%252Fb", "a%2Fb"),
        ("/demo/a%2Fb", "a/b"),
        ("/demo/a//b/", "a//b/"),
        ("/demo/%E5%9B%BE.jpg", "图.jpg"),
        ("/demo/..%2Fclosed/a", "../closed/a"),
        ("/demo/../closed/a", "../closed/a"),
        ("/demo/a?b", "a?b"),
    ],
)
def test_a_key_is_decoded_exactly_once(path: str, key: str) -> None:
    """A decoded dot or slash stays in the key and selects no other bucket."""
    assert address(path) == Address("demo", key)


@pytest.mark.parametrize(
    "header", ["x-forwarded-host", "x-original-url", "x-rewrite-url", "forwarded", "x-oss-bucket"]
)
def test_no_header_selects_a_bucket(header: str) -> None:
    """Only host and path select the bucket."""
    for value in ("closed", "closed.oss.example.com", "/closed/a"):
        headers = {header: value}
        assert address("/demo/a", headers=headers) == Address("demo", "a")
        assert address("/a", "demo.oss.example.com", headers=headers) == Address("demo", "a")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/demo%2Fclosed/a", None),
        ("//closed/a", Code.INVALID_BUCKET_NAME),
        ("/%2Fclosed/a", Code.INVALID_BUCKET_NAME),
        ("/../closed/a", Code.INVALID_BUCKET_NAME),
        ("/Demo/a", Code.INVALID_BUCKET_NAME),
        ("/de/a", Code.INVALID_BUCKET_NAME),
        ("/-demo/a", Code.INVALID_BUCKET_NAME),
        ("/demo_1/a", Code.INVALID_BUCKET_NAME),
        ("/demo%00/a", Code.INVALID_BUCKET_NAME),
        (f"/{'d' * 64}/a", Code.INVALID_BUCKET_NAME),
        ("/demo//a", Code.INVALID_OBJECT_NAME),
        ("/demo/%2Fa", Code.INVALID_OBJECT_NAME),
        ("/demo/%5Ca", Code.INVALID_OBJECT_NAME),
        (f"/demo/{'a' * 1024}", Code.INVALID_OBJECT_NAME),
        (f"/demo/{'%C3%BC' * 512}", Code.INVALID_OBJECT_NAME),
        ("/demo/%FF", Code.INVALID_ARGUMENT),
        ("/demo/%ED%A0%80", Code.INVALID_ARGUMENT),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_an_invalid_bucket_or_key_is_refused(path: str, code: Code | None) -> None:
    """Spec 01 §1; an encoded slash separates bucket and key like a plain slash."""
    if code is None:
        assert address(path) == Address("demo", "closed/a")
        return
    with pytest.raises(OssError) as refused:
        address(path)
    assert refused.value.code is code


@pytest.mark.parametrize(
    "host", ["", "evil.example", "oss.example.com.evil", "demo.oss.example.com.evil", "x@demo"]
)
def test_an_unknown_host_is_path_style_or_refused(host: str) -> None:
    """C-01: with path style disabled, an unknown host raises SecondLevelDomainForbidden."""
    assert address("/demo/a", host) == Address("demo", "a")
    strict = Settings(buckets={}, base_domains=("oss.example.com",), path_style=False)
    with pytest.raises(OssError) as refused:
        address("/demo/a", host, settings=strict)
    assert refused.value.code is Code.SECOND_LEVEL_DOMAIN_FORBIDDEN
    assert address("/a", "demo.oss.example.com", settings=strict) == Address("demo", "a")
