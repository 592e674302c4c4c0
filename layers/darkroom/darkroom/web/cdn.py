"""What a CDN in front changes: who is let in, and what it may keep (decision 093)."""

from dataclasses import replace

from darkroom.auth import Caller
from darkroom.errors import Code, OssError
from darkroom.ports.settings import OriginVerifier
from darkroom.web.http import NO_STORE, Response

SHARED_CACHE_DIRECTIVES = ("public", "s-maxage", "proxy-revalidate", "private")
"""Directives to caches that many share."""


def came_through_cdn(token: str, verifier: OriginVerifier, *, required: bool) -> bool:
    """Tell whether the CDN passed a request on; refuse others where it is required."""
    known = bool(token) and verifier.verify(token)
    if not known and required:
        raise OssError(Code.ACCESS_DENIED, "Requests are answered through the CDN only.")
    return known


def limit_caching(response: Response, caller: Caller) -> Response:
    """Say what a cache that many share may do with an answer.

    It may keep an object's picture that anybody may see. One that was signed for stays
    its caller's: kept, it would outlive the signature.
    """
    headers = dict(response.headers)
    if not caller.anonymous:
        headers["cache-control"] = private_cache_control(headers.get("cache-control", ""))
    elif "etag" not in headers:
        headers = NO_STORE | headers
    return replace(response, headers=headers)


def private_cache_control(cache_control: str) -> str:
    """Keep what is said to the caller's own cache, and nothing that is said to others."""
    directives = (part.strip() for part in cache_control.split(","))
    kept = [
        part for part in directives if part and not part.lower().startswith(SHARED_CACHE_DIRECTIVES)
    ]
    return ", ".join(["private", *kept])
