"""What a CDN in front may keep, and whom it keeps out."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from darkroom.auth import ANONYMOUS, Caller
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.settings import Settings
from darkroom.web.cdn import came_through_cdn, limit_caching, private_cache_control
from darkroom.web.dispatch import dispatch, locate
from darkroom.web.http import Request, Response
from darkroom.web.lambda_events import request_from_event
from tests.fakes.services import MemoryOriginVerifier, memory_services

SIGNED = Caller(key_id="reader")
PICTURE = {"etag": '"E"', "content-type": "image/jpeg"}


def cache_control(headers: Mapping[str, str], caller: Caller) -> str | None:
    """Tell what an answer with these headers says to caches."""
    answer = limit_caching(Response(status=200, headers=headers), caller)
    return answer.headers.get("cache-control")


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("", "private"),
        ("max-age=60", "private, max-age=60"),
        ("public, max-age=60, s-maxage=600", "private, max-age=60"),
        ("Public,S-Maxage=600,immutable", "private, immutable"),
        ("no-store", "private, no-store"),
        ('private="x", proxy-revalidate', "private"),
    ],
)
def test_what_was_signed_for_is_its_callers_alone(stored: str, said: str) -> None:
    """A shared cache would serve it to others, and after the signature's end."""
    assert private_cache_control(stored) == said
    headers = PICTURE | ({"cache-control": stored} if stored else {})
    assert cache_control(headers, SIGNED) == said


@pytest.mark.parametrize("stored", [None, "public, max-age=60"])
def test_a_picture_that_anybody_may_see_is_kept_as_its_source_says(stored: str | None) -> None:
    """And as long as the CDN likes where that says nothing."""
    headers = PICTURE | ({"cache-control": stored} if stored else {})
    assert cache_control(headers, ANONYMOUS) == stored


def test_what_is_no_object_is_not_kept() -> None:
    """A list would miss what comes later."""
    assert cache_control({"content-type": "application/xml"}, ANONYMOUS) == "no-store"


@pytest.mark.parametrize("token", ["", "W", "w ", "other", "\ud800"], ids=ascii)
def test_a_request_past_the_cdn_is_refused(token: str) -> None:
    """Only the exact token passes, unless the CDN is optional."""
    verifier = MemoryOriginVerifier("w", "")
    with pytest.raises(OssError) as refused:
        came_through_cdn(token, verifier, required=True)
    assert refused.value.code is Code.ACCESS_DENIED
    assert not came_through_cdn(token, verifier, required=False)


@pytest.mark.parametrize("required", [True, False])
def test_a_request_through_the_cdn_is_known(required: bool) -> None:
    """By any of the tokens that hold."""
    assert came_through_cdn("w", MemoryOriginVerifier("v", "w"), required=required)


@pytest.mark.parametrize("required", [True, False])
def test_without_a_cdn_no_token_is_asked_for(required: bool) -> None:
    """Whatever the setting says."""
    settings = Settings(buckets={}, origin_secret_required=required)
    services = replace(memory_services(), settings=settings)
    request = Request(method="POST", raw_path="/")
    with pytest.raises(OssError) as refused:
        dispatch(request, locate(request, services), services, ProcessingContext())
    assert refused.value.code is Code.METHOD_NOT_ALLOWED


def test_the_word_goes_no_further() -> None:
    """Neither among the headers nor where a request is shown."""
    event = {
        "rawPath": "/demo/a.jpg",
        "headers": {"X-Origin-Verify": "hush", "Host": "api"},
        "requestContext": {"http": {"method": "GET"}},
    }
    request = request_from_event(event)
    assert request.origin_token == "hush"
    assert request.headers == {"host": "api"}
    assert "hush" not in repr(request)
