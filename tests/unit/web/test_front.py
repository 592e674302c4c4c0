"""What a CDN in front may keep, and whom it keeps out."""

from collections.abc import Mapping

import pytest

from darkroom.auth import ANONYMOUS, Caller
from darkroom.errors import Code, OssError
from darkroom.web.front import admit, for_front, private
from darkroom.web.messages import Request, Response
from darkroom.web.payload import http_request
from tests.fakes.world import Gate

SIGNED = Caller(key_id="reader")
PICTURE = {"etag": '"E"', "content-type": "image/jpeg"}


def cache_control(headers: Mapping[str, str], caller: Caller, front: Gate | None) -> str | None:
    """Tell what an answer with these headers says to caches."""
    answer = for_front(Response(status=200, headers=headers), front, caller)
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
    assert cache_control(headers, SIGNED, Gate("w")) == said


@pytest.mark.parametrize("stored", [None, "public, max-age=60"])
def test_a_picture_that_anybody_may_see_is_kept_as_its_source_says(stored: str | None) -> None:
    """And as long as the CDN likes where that says nothing."""
    headers = PICTURE | ({"cache-control": stored} if stored else {})
    assert cache_control(headers, ANONYMOUS, Gate("w")) == stored


def test_what_is_no_object_is_not_kept() -> None:
    """A list would miss what comes later."""
    assert cache_control({"content-type": "application/xml"}, ANONYMOUS, Gate("w")) == "no-store"


@pytest.mark.parametrize("caller", [ANONYMOUS, SIGNED], ids=["anonymous", "signed"])
def test_without_a_front_nothing_changes(caller: Caller) -> None:
    """Clients that come as they are get what they always got."""
    answer = Response(status=200, headers=PICTURE | {"cache-control": "public"})
    assert for_front(answer, None, caller) is answer


@pytest.mark.parametrize("word", ["", "W", "w ", "other", "\ud800"], ids=ascii)
def test_who_goes_past_the_front_is_refused(word: str) -> None:
    """Only the very word lets in; without a front there is none to know."""
    request = Request(method="GET", raw_path="/demo/a.jpg", word=word)
    admit(request, None)
    with pytest.raises(OssError) as refused:
        admit(request, Gate("w", ""))
    assert refused.value.code is Code.ACCESS_DENIED
    assert word not in refused.value.message or not word.strip()


def test_the_word_goes_no_further() -> None:
    """Neither among the headers nor where a request is shown."""
    event = {
        "rawPath": "/demo/a.jpg",
        "headers": {"X-Darkroom-Front": "hush", "Host": "api"},
        "requestContext": {"http": {"method": "GET"}},
    }
    request = http_request(event)
    assert request.word == "hush"
    assert request.headers == {"host": "api"}
    assert "hush" not in repr(request)
