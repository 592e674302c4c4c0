"""Cache-Control for a CDN, and the origin secret of its requests."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from darkroom.auth import ANONYMOUS, Caller
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.settings import Settings
from darkroom.web.cdn import came_through_cdn, limit_caching
from darkroom.web.dispatch import admit, answer, locate
from darkroom.web.http import Request, Response, private_cache_control
from darkroom.web.lambda_events import request_from_event
from tests.fakes.services import MemoryOriginVerifier, memory_services

SIGNED = Caller(key_id="reader")
PICTURE = {"etag": '"E"', "content-type": "image/jpeg"}


def cache_control(headers: Mapping[str, str], caller: Caller) -> str | None:
    """Return the Cache-Control of a response with these headers."""
    answer = limit_caching(Response(status=200, headers=headers), caller)
    return answer.headers.get("cache-control")


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("", "private"),
        ("max-age=60", "private, max-age=60"),
        ("public, max-age=60, s-maxage=600", "private, max-age=60"),
        ("Public,S-Maxage=600,immutable", "private, immutable"),
        ("no-store", "private, no-store"),
        ('private="x", proxy-revalidate', "private"),
    ],
)
def test_the_response_to_a_signed_request_is_private(stored: str, expected: str) -> None:
    """A shared cache would serve it to other callers and after the signature expires."""
    assert private_cache_control(stored) == expected
    headers = PICTURE | ({"cache-control": stored} if stored else {})
    assert cache_control(headers, SIGNED) == expected


@pytest.mark.parametrize("stored", [None, "public, max-age=60"])
def test_a_public_picture_keeps_the_cache_control_of_its_source(stored: str | None) -> None:
    """Without Cache-Control on the source, the CDN's default applies."""
    headers = PICTURE | ({"cache-control": stored} if stored else {})
    assert cache_control(headers, ANONYMOUS) == stored


def test_a_response_that_is_no_object_is_not_cached() -> None:
    """Lists and other documents get `no-store`."""
    assert cache_control({"content-type": "application/xml"}, ANONYMOUS) == "no-store"


@pytest.mark.parametrize("token", ["", "W", "w ", "other", "\ud800"], ids=ascii)
def test_a_request_that_bypasses_the_cdn_is_refused(token: str) -> None:
    """A missing or wrong token is refused if the CDN is required."""
    verifier = MemoryOriginVerifier("w", "")
    with pytest.raises(OssError) as refused:
        came_through_cdn(token, verifier, required=True)
    assert refused.value.code is Code.ACCESS_DENIED
    assert not came_through_cdn(token, verifier, required=False)


@pytest.mark.parametrize("required", [True, False])
def test_a_request_through_the_cdn_is_accepted(required: bool) -> None:
    """Any of the valid tokens is accepted."""
    assert came_through_cdn("w", MemoryOriginVerifier("v", "w"), required=required)


@pytest.mark.parametrize("required", [True, False])
def test_without_a_cdn_no_token_is_required(required: bool) -> None:
    """Without an origin verifier the setting `origin_secret_required` has no effect."""
    settings = Settings(buckets={}, origin_secret_required=required)
    services = replace(memory_services(), settings=settings)
    request = Request(method="POST", raw_path="/")
    with pytest.raises(OssError) as refused:
        answer(admit(request, locate(request, services), services, ProcessingContext()))
    assert refused.value.code is Code.METHOD_NOT_ALLOWED


def test_the_origin_token_is_removed_from_the_headers() -> None:
    """Neither the headers nor the repr of a request contains the token."""
    event = {
        "rawPath": "/demo/a.jpg",
        "headers": {"X-Origin-Verify": "hush", "Host": "api"},
        "requestContext": {"http": {"method": "GET"}},
    }
    request = request_from_event(event)
    assert request.origin_token == "hush"
    assert request.headers == {"host": "api"}
    assert "hush" not in repr(request)
