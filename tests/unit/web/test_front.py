"""What a CDN in front may keep, and whom it keeps out."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from darkroom.auth import ANONYMOUS, Caller
from darkroom.errors import Code, OssError
from darkroom.settings import Settings
from darkroom.usecases.services import World
from darkroom.web.cdn import for_front, private, through_front
from darkroom.web.http import Request, Response
from darkroom.web.lambda_events import http_request
from tests.fakes.world import Gate, world

SIGNED = Caller(key_id="reader")
PICTURE = {"etag": '"E"', "content-type": "image/jpeg"}


def cache_control(headers: Mapping[str, str], caller: Caller) -> str | None:
    """Tell what an answer with these headers says to caches."""
    answer = for_front(Response(status=200, headers=headers), caller)
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
    assert private(stored) == said
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


def behind(front: Gate | None, *, required: bool = True) -> World:
    """Build a world behind a front."""
    settings = Settings(buckets={}, front_required=required)
    return replace(world(), front=front, settings=settings)


@pytest.mark.parametrize("word", ["", "W", "w ", "other", "\ud800"], ids=ascii)
def test_who_goes_past_the_front_is_refused(word: str) -> None:
    """Only the very word lets in, unless the front is not the only way."""
    request = Request(method="GET", raw_path="/demo/a.jpg", word=word)
    gate = Gate("w", "")
    with pytest.raises(OssError) as refused:
        through_front(request, behind(gate))
    assert refused.value.code is Code.ACCESS_DENIED
    assert not through_front(request, behind(gate, required=False))
    assert not through_front(request, behind(None))


@pytest.mark.parametrize("required", [True, False])
def test_who_comes_through_is_known(required: bool) -> None:
    """By a word that the front says now; without a front nobody does."""
    request = Request(method="GET", raw_path="/demo/a.jpg", word="w")
    assert through_front(request, behind(Gate("v", "w"), required=required))
    assert not through_front(request, behind(None, required=required))


def test_the_word_goes_no_further() -> None:
    """Neither among the headers nor where a request is shown."""
    event = {
        "rawPath": "/demo/a.jpg",
        "headers": {"X-Origin-Verify": "hush", "Host": "api"},
        "requestContext": {"http": {"method": "GET"}},
    }
    request = http_request(event)
    assert request.word == "hush"
    assert request.headers == {"host": "api"}
    assert "hush" not in repr(request)
