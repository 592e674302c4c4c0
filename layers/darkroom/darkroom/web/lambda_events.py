"""API Gateway events ⇄ plain requests and responses (payload 2.0, decision 007)."""

import base64
from collections.abc import Mapping
from typing import Any

from darkroom.web.cdn import take_cdn_headers
from darkroom.web.http import Request, Response

_TEXT_TYPES = ("application/xml", "application/json", "text/plain")
_MAX_TEXT_BYTES = 65_536
"""Bytes of text sent without base64: JSON escapes could make more exceed the reply limit."""


def request_from_event(event: Mapping[str, Any]) -> Request:
    """Read an event of an HTTP API or of a function URL.

    They differ in the path: an HTTP API has percent-decoded it, a function URL delivers it as sent.
    """
    http = event["requestContext"]["http"]
    body, encoded = event.get("body") or "", event.get("isBase64Encoded", False)
    headers, origin_token = take_cdn_headers(
        {name.lower(): value for name, value in event.get("headers", {}).items()}
    )
    parts = {
        "method": http["method"],
        "raw_query": event.get("rawQueryString", ""),
        "origin_token": origin_token,
        "headers": headers,
        "body": base64.b64decode(body) if encoded else body.encode(errors="surrogatepass"),
        "body_was_text": bool(body) and not encoded,
    }
    # Only function URLs have such a domain.
    domain: str = event["requestContext"].get("domainName", "")
    if domain.endswith(".on.aws"):
        return Request(raw_path=event["rawPath"], **parts)
    return Request.with_decoded_path(event["rawPath"], **parts)


def response_to_event(response: Response) -> dict[str, Any]:
    """Return the reply in Lambda's form; raises `TypeError` for a body that is not bytes."""
    if not isinstance(response.body, bytes):
        raise TypeError("the body of a response to Lambda must be bytes")
    text = _text_body(response.headers.get("content-type", ""), response.body)
    return {
        "statusCode": response.status,
        "headers": dict(response.headers),
        "body": base64.b64encode(response.body).decode() if text is None else text,
        "isBase64Encoded": text is None,
    }


def _text_body(content_type: str, body: bytes) -> str | None:
    """Return a body that is text as its content type says, None for any other."""
    if not content_type.startswith(_TEXT_TYPES) or len(body) > _MAX_TEXT_BYTES:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
