"""Requests through a CDN: which are accepted, and what it may cache (decision 093)."""

from collections.abc import Mapping

from msgspec.structs import replace

from darkroom.auth import Caller
from darkroom.errors import Code, OssError
from darkroom.ports.settings import OriginVerifier
from darkroom.web.http import NO_STORE, Response, private_cache_control

ORIGIN_TOKEN_HEADER = "x-origin-verify"  # noqa: S105 - a header's name
"""The header in which the CDN sends its token."""

CONTENT_TYPE_HEADER = "x-darkroom-content-type"
"""The header in which the CDN moves the content type of an upload, so that its body stays binary.

API Gateway delivers a body as text or as base64 by its `Content-Type`.
"""


def take_cdn_headers(headers: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return the client's headers, and the CDN's token, which no handler or log contains."""
    clients = dict(headers)
    if CONTENT_TYPE_HEADER in clients:
        clients["content-type"] = clients.pop(CONTENT_TYPE_HEADER)
    token = clients.pop(ORIGIN_TOKEN_HEADER, "")
    return clients, token


def came_through_cdn(token: str, verifier: OriginVerifier, *, required: bool) -> bool:
    """Return whether the CDN forwarded the request; refuse others where that is required."""
    known = bool(token) and verifier.verify(token)
    if not known and required:
        raise OssError(Code.ACCESS_DENIED, "Requests are answered through the CDN only.")
    return known


def limit_caching(response: Response, caller: Caller) -> Response:
    """Return the response with its `Cache-Control` for shared caches.

    A picture that anybody may read may be cached. A response to a signed request is private:
    cached, it would outlive the signature.
    """
    headers = dict(response.headers)
    if not caller.anonymous:
        headers["cache-control"] = private_cache_control(headers.get("cache-control", ""))
    elif "etag" not in headers:
        headers = NO_STORE | headers
    return replace(response, headers=headers)
