"""Bounds of a request, and whether its body arrived whole."""

import base64
import binascii
import hashlib

from darkroom.errors import Code, OssError
from darkroom.web.http import Request

MOST_HEADERS = 100
LONGEST_HEADERS = 16_384
"""Bytes of all names and values: metadata at its limit, a token and a signature fit."""

MOST_PARAMETERS = 100
LONGEST_QUERY = 20_480
"""Bytes as sent: a process at its limit, percent-encoded throughout, and a signature fit."""


def check_bounds(request: Request) -> None:
    """Refuse what no client of this interface sends, while that is still cheap."""
    _check("headers", len(request.headers), MOST_HEADERS)
    size = sum(_size(name) + _size(value) for name, value in request.headers.items())
    _check("bytes of headers", size, LONGEST_HEADERS)
    _check("bytes of query", _size(request.raw_query), LONGEST_QUERY)
    _check("parameters", request.raw_query.count("&") + 1, MOST_PARAMETERS)


def _check(what: str, number: int, most: int) -> None:
    if number > most:
        message = f"The request has {number} {what}: at most {most} are allowed."
        raise OssError(Code.INVALID_REQUEST, message)


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


WITH_BODY = ("PUT", "POST")


def check_intact(request: Request) -> None:
    """Refuse a body that is not what was sent, as far as headers tell."""
    if request.method in WITH_BODY:
        _check_length(request)
    if "content-md5" in request.headers:
        _check_md5(request.headers["content-md5"], request.body)


def received(request: Request, *, limit: int) -> bytes:
    """Give a body of at most so many bytes."""
    if len(request.body) > limit:
        message = (
            f"{len(request.body)} bytes exceed the {limit} that one request may carry. "
            "Upload in parts, or to S3 directly."
        )
        raise OssError(Code.ENTITY_TOO_LARGE, message)
    return request.body


def _check_length(request: Request) -> None:
    """Hold the body against its announced length: a front may take bytes for text and mend them."""
    announced = request.headers.get("content-length")
    if announced is None:
        if not request.body and "transfer-encoding" not in request.headers:
            raise OssError(Code.MISSING_CONTENT_LENGTH)
    elif announced != str(len(request.body)):
        raise OssError(Code.INCOMPLETE_BODY)


def _check_md5(text: str, body: bytes) -> None:
    try:
        claimed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise OssError(Code.INVALID_DIGEST) from error
    if claimed != hashlib.md5(body, usedforsecurity=False).digest():
        raise OssError(Code.INVALID_DIGEST)
