"""Bodies as they arrive: whole, unaltered, and no longer than allowed (spec 01 §7)."""

import base64
import binascii
import hashlib

from darkroom.errors import Code, OssError
from darkroom.web.messages import Request

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
