"""ASGI's description of a request to a plain request."""

from collections.abc import Mapping
from typing import Any

from darkroom.errors import Code, OssError
from darkroom.web.cdn import take_cdn_headers
from darkroom.web.http import Request
from darkroom.web.request_checks import WITH_BODY

type Scope = Mapping[str, Any]
"""What the HTTP server says of a request (ASGI's `http` scope)."""

FORWARDED_SCHEME = "x-forwarded-proto"


def request_of(scope: Scope) -> Request:
    """Return the request without its body; values of a repeated header are joined.

    The path is as it was sent. Raises `BadRequest` for a target that is no path.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode(errors="replace")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    headers.setdefault(FORWARDED_SCHEME, scope["scheme"])
    if scope["method"] in WITH_BODY and "transfer-encoding" not in headers:
        headers.setdefault("content-length", "0")  # as API Gateway does (RFC 9112 §6.3)
    headers, origin_token = take_cdn_headers(headers)
    path = scope["raw_path"].decode("latin-1")
    if not path.startswith("/"):
        raise OssError(Code.BAD_REQUEST, "The target of the request is no path.")
    return Request(
        method=scope["method"],
        raw_path=path,
        raw_query=scope["query_string"].decode("latin-1"),
        headers=headers,
        origin_token=origin_token,
    )
