"""HTTP requests → Lambda events in payload format 2.0 (decision 007)."""

import base64
import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.triggers import Event, Fields, Trigger

HOP_BY_HOP = {"connection", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"}
"""Headers that a gateway does not forward."""

_TEXT = re.compile(r"text/|application/(json|xml|javascript)\s*(;|$)", re.IGNORECASE)
"""Content types whose bodies are passed as text; others, or none, are passed as base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request as it was sent."""

    method: str
    target: str
    """Path and query, as sent."""
    headers: Fields = ()
    body: bytes = b""
    protocol: str = "HTTP/1.1"
    source_ip: str = "127.0.0.1"
    port: int = 80


def event(request: HttpRequest, trigger: Trigger, now: datetime) -> Event:
    """Return the event that the trigger makes of a request."""
    target, _, query = request.target.partition("?")
    path = _decoded(target) if trigger is Trigger.HTTP_API else target
    headers = _joined(request.headers)
    cookies = headers.get("cookie")
    if trigger is Trigger.HTTP_API:
        headers.pop("cookie", None)
    if trigger is Trigger.HTTP_API or request.body:
        headers["content-length"] = str(len(request.body))
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        **({"cookies": cookies.split("; ")} if cookies else {}),
        "headers": headers | _forwarded(request, headers, now),
        **({"queryStringParameters": _parameters(query)} if query else {}),
        "requestContext": _context(request, trigger, path, headers, now),
        **_body(request.body, headers.get("content-type", "")),
    }


def _decoded(path: str) -> str:
    """Percent-decode, and cut the path at a decoded question mark, as an HTTP API does."""
    return unquote(path).partition("?")[0]


def _joined(fields: Fields) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in fields:
        lower = name.lower()
        if lower in HOP_BY_HOP:
            continue
        separator = "; " if lower == "cookie" else ","
        joined[lower] = f"{joined[lower]}{separator}{value}" if lower in joined else value
    return joined


def _forwarded(request: HttpRequest, headers: Mapping[str, str], now: datetime) -> dict[str, str]:
    before = headers.get("x-forwarded-for")
    return {
        "x-amzn-trace-id": f"Root=1-{int(now.timestamp()):08x}-{secrets.token_hex(12)}",
        "x-forwarded-for": f"{before}, {request.source_ip}" if before else request.source_ip,
        "x-forwarded-port": str(request.port),
        "x-forwarded-proto": "http",
    }


def _parameters(query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    return parameters


def _context(
    request: HttpRequest, trigger: Trigger, path: str, headers: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    domain = _domain(headers.get("host", request.source_ip), trigger)
    utc = now.astimezone(UTC)
    return {
        "accountId": "anonymous" if trigger is Trigger.FUNCTION_URL else "123456789012",
        "apiId": domain.partition(".")[0] if trigger is Trigger.FUNCTION_URL else "darkroom",
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id(trigger),
        "routeKey": "$default",
        "stage": "$default",
        "time": utc.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(utc.timestamp() * 1000),
    }


def _domain(host: str, trigger: Trigger) -> str:
    """Return the host; a function URL has one of its own, by which functions recognise it."""
    domain = re.sub(r":\d*$", "", host).lower()
    if trigger is Trigger.FUNCTION_URL and not domain.endswith(".on.aws"):
        return "darkroom.lambda-url.local.on.aws"
    return domain


def request_id(trigger: Trigger) -> str:
    """Return a random request ID in the trigger's format."""
    if trigger is Trigger.FUNCTION_URL:
        return str(uuid.uuid4())
    return base64.b64encode(secrets.token_bytes(11)).decode()


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    if _TEXT.match(content_type):
        return {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
