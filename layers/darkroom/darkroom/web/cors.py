"""CORS: preflight requests, and headers of responses to other origins (spec 01 §6.4)."""

from collections.abc import Mapping

from darkroom.buckets import Bucket, CorsRule
from darkroom.errors import Code, OssError
from darkroom.web.http import Request, Response

PREFLIGHT = "OPTIONS"

METHOD = "access-control-request-method"
HEADERS = "access-control-request-headers"

_VARY = {"vary": "Origin"}
_VARY_PREFLIGHT = {"vary": f"Origin, {METHOD}, {HEADERS}"}


def preflight(request: Request, bucket: Bucket) -> Response:
    """Answer a preflight request, which is never signed; raises `AccessForbidden`."""
    origin, method = request.headers.get("origin"), request.headers.get(METHOD)
    if origin is None or method is None:
        message = "A preflight request needs the headers Origin and Access-Control-Request-Method."
        raise OssError(Code.BAD_REQUEST, message)
    requested = request.headers.get(HEADERS, "")
    rule = _find_rule(bucket, origin, method, requested)
    headers = {
        **_VARY_PREFLIGHT,
        **_allow_origin(rule, origin),
        "access-control-allow-methods": ", ".join(rule.allowed_methods),
    }
    if requested:
        headers["access-control-allow-headers"] = requested
    if rule.max_age_seconds:
        headers["access-control-max-age"] = str(rule.max_age_seconds)
    return Response(status=200, headers=headers)


def with_cors_headers(
    headers: Mapping[str, str], request: Request, bucket: Bucket
) -> Mapping[str, str]:
    """Return the headers of a response with those of CORS; `Vary` has the names of both."""
    added = cors_headers(request, bucket)
    varying = [name for each in (added, headers) if "vary" in each for name in _names(each["vary"])]
    vary = {"vary": ", ".join(dict.fromkeys(varying))} if varying else {}
    return {**added, **headers, **vary}


def cors_headers(request: Request, bucket: Bucket) -> Mapping[str, str]:
    """Return the headers that let a page read a response, errors included."""
    if not bucket.cors:
        return {}
    origin = request.headers.get("origin", "")
    rule = _first_allowing(bucket, origin, request.method) if origin else None
    return _VARY | _allow_origin(rule, origin) if rule else _VARY


def allows_origin(bucket: Bucket, origin: str, method: str) -> bool:
    """Return whether the bucket's rules allow pages of the origin to send this method."""
    return _first_allowing(bucket, origin, method) is not None


def _find_rule(bucket: Bucket, origin: str, method: str, requested: str) -> CorsRule:
    rule = _first_allowing(bucket, origin, method, _names(requested))
    if rule is None:
        message = "CORSResponse: This CORS request is not allowed by the rules of this bucket."
        raise OssError(Code.ACCESS_FORBIDDEN, message if bucket.cors else None)
    return rule


def _names(header: str) -> list[str]:
    return [name.strip() for name in header.split(",") if name.strip()]


def _first_allowing(
    bucket: Bucket, origin: str, method: str, headers: list[str] | None = None
) -> CorsRule | None:
    rules = (rule for rule in bucket.cors if rule.allows(origin, method, headers or ()))
    return next(rules, None)


def _allow_origin(rule: CorsRule, origin: str) -> dict[str, str]:
    headers = {"access-control-allow-origin": "*" if rule.any_origin else origin}
    if rule.expose_headers:
        headers["access-control-expose-headers"] = ", ".join(rule.expose_headers)
    return headers
