"""What a CDN in front changes: who is let in, and what it may keep (decision 093)."""

from dataclasses import replace

from darkroom.auth import Caller
from darkroom.errors import Code, OssError
from darkroom.usecases.services import World
from darkroom.web.http import Request, Response
from darkroom.web.responses import NOT_CACHED

SHARED = ("public", "s-maxage", "proxy-revalidate", "private")
"""Directives to caches that many share."""


def through_front(request: Request, world: World) -> bool:
    """Tell whether the CDN passed a request on; refuse others where it is the only way in."""
    if world.front is None:
        return False
    known = bool(request.word) and world.front.accepts(request.word)
    if not known and world.settings.front_required:
        raise OssError(Code.ACCESS_DENIED, "Requests are answered through the CDN only.")
    return known


def for_front(response: Response, caller: Caller) -> Response:
    """Say what a cache that many share may do with an answer.

    It may keep an object's picture that anybody may see. One that was signed for stays
    its caller's: kept, it would outlive the signature.
    """
    headers = dict(response.headers)
    if not caller.anonymous:
        headers["cache-control"] = private(headers.get("cache-control", ""))
    elif "etag" not in headers:
        headers = NOT_CACHED | headers
    return replace(response, headers=headers)


def private(cache_control: str) -> str:
    """Keep what is said to the caller's own cache, and nothing that is said to others."""
    directives = (part.strip() for part in cache_control.split(","))
    kept = [part for part in directives if part and not part.lower().startswith(SHARED)]
    return ", ".join(["private", *kept])
