"""API Gateway events ⇄ plain requests and responses (payload 2.0, decision 007)."""

import base64
from collections.abc import Mapping
from typing import Any

from darkroom.web.messages import Request, Response

FRONT = "x-darkroom-front"
"""The header in which a front says its word."""

_TEXT = ("application/xml", "application/json", "text/plain")
_SHORT = 65_536
"""Bytes of text that go as they are; more could grow beyond all limits by JSON's escapes."""


def http_request(event: Mapping[str, Any]) -> Request:
    """Read an event of an HTTP API or of a function URL.

    They differ in the path: an HTTP API has percent-decoded it already, a function URL
    delivers it as sent.
    """
    http = event["requestContext"]["http"]
    body = event.get("body") or ""
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    parts = {
        "method": http["method"],
        "raw_query": event.get("rawQueryString", ""),
        "word": headers.pop(FRONT, ""),
        "headers": headers,
        "body": _bytes(body, encoded=event.get("isBase64Encoded", False)),
    }
    if _from_function_url(event):
        return Request(raw_path=event["rawPath"], **parts)
    return Request.with_decoded_path(event["rawPath"], **parts)


def _from_function_url(event: Mapping[str, Any]) -> bool:
    domain: str = event["requestContext"].get("domainName", "")
    return domain.endswith(".on.aws")


def _bytes(body: str, *, encoded: bool) -> bytes:
    return base64.b64decode(body) if encoded else body.encode(errors="surrogatepass")


def http_reply(response: Response) -> dict[str, Any]:
    """Write the reply; its body must have been read already."""
    if not isinstance(response.body, bytes):
        raise TypeError("a stored body has to be read before it can be carried")
    text = _text(response.headers.get("content-type", ""), response.body)
    return {
        "statusCode": response.status,
        "headers": dict(response.headers),
        "body": base64.b64encode(response.body).decode() if text is None else text,
        "isBase64Encoded": text is None,
    }


def _text(content_type: str, body: bytes) -> str | None:
    """Give a body that can be read as text, whatever an object's type claims."""
    if not content_type.startswith(_TEXT) or len(body) > _SHORT:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
