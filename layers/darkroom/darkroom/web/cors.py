"""What browsers ask and are told for pages of other origins (spec 01 §6.4)."""

from collections.abc import Mapping

from darkroom.buckets import Bucket, CorsRule
from darkroom.errors import Code, OssError
from darkroom.usecases.authorization import bucket_named
from darkroom.usecases.services import World
from darkroom.web.addressing import address
from darkroom.web.http import Request, Response

PREFLIGHT = "OPTIONS"

METHOD = "access-control-request-method"
HEADERS = "access-control-request-headers"

_VARY = {"vary": "Origin"}
_VARY_PREFLIGHT = {"vary": f"Origin, {METHOD}, {HEADERS}"}


def preflight(request: Request, bucket: str, world: World) -> Response:
    """Tell a browser whether it may send a request; nothing of it needs to be signed."""
    origin, method = request.headers.get("origin"), request.headers.get(METHOD)
    if origin is None or method is None:
        message = "A preflight request needs the headers Origin and Access-Control-Request-Method."
        raise OssError(Code.BAD_REQUEST, message)
    asked = request.headers.get(HEADERS, "")
    rule = _rule(bucket_named(world, bucket), origin, method, asked)
    headers = {
        **_VARY_PREFLIGHT,
        **_granted(rule, origin),
        "access-control-allow-methods": ", ".join(rule.methods),
    }
    if asked:
        headers["access-control-allow-headers"] = asked
    if rule.max_age:
        headers["access-control-max-age"] = str(rule.max_age)
    return Response(status=200, headers=headers)


def headers_of(request: Request, world: World) -> Mapping[str, str]:
    """Give the headers by which a page may read an answer, be that an error; never raises."""
    try:
        where = address(request, world.settings)
        bucket = world.buckets.find(where.bucket)
    except OssError:
        return {}
    if bucket is None or not bucket.cors:
        return {}
    origin = request.headers.get("origin", "")
    rule = _allowing(bucket, origin, request.method) if origin else None
    return _VARY | _granted(rule, origin) if rule else _VARY


def _rule(bucket: Bucket, origin: str, method: str, asked: str) -> CorsRule:
    names = [name.strip() for name in asked.split(",") if name.strip()]
    rule = _allowing(bucket, origin, method, names)
    if rule is None:
        message = "CORSResponse: This CORS request is not allowed by the rules of this bucket."
        raise OssError(Code.ACCESS_FORBIDDEN, message if bucket.cors else None)
    return rule


def _allowing(
    bucket: Bucket, origin: str, method: str, headers: list[str] | None = None
) -> CorsRule | None:
    rules = (rule for rule in bucket.cors if rule.allows(origin, method, headers or ()))
    return next(rules, None)


def _granted(rule: CorsRule, origin: str) -> dict[str, str]:
    headers = {"access-control-allow-origin": "*" if rule.any_origin else origin}
    if rule.exposed:
        headers["access-control-expose-headers"] = ", ".join(rule.exposed)
    return headers
