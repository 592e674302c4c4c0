"""Limits of a request, integrity of its body, and values read from both."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote

from darkroom.errors import Code, OssError, invalid, truncate
from darkroom.ports.bodies import Body, md5_of, sha256_of
from darkroom.process.grammar import EC_TOO_LONG, MAX_PROCESS_BYTES
from darkroom.web.http import Request
from darkroom.web.wire import CONTENT_SHA256, QueryParameter

MAX_FORM_BYTES = 4 * MAX_PROCESS_BYTES
"""Bytes of a form: a process value at its limit, percent-encoded throughout, with its name."""

MAX_DOCUMENT_BYTES = 2_000_000
"""Bytes of the largest document in a body; what is stored as an object has a limit of its own."""

MAX_PAGE_SIZE = 1000
MAX_DIGITS = 19
"""Digits of an integer of 64 bits."""

MAX_HEADERS = 100
MAX_HEADER_BYTES = 16_384
"""Bytes of all names and values: metadata at its limit, a token and a signature fit."""

MAX_PARAMETERS = 100
MAX_QUERY_BYTES = 20_480
"""Bytes as sent: a process at its limit, percent-encoded throughout, and a signature fit."""


def check_request_limits(request: Request) -> None:
    """Refuse a request larger than any client of this interface sends, before it is parsed."""
    header_text = "".join(f"{name}{value}" for name, value in request.headers.items())
    for counted, number, maximum in (
        ("headers", len(request.headers), MAX_HEADERS),
        ("bytes of headers", len(header_text.encode(errors="surrogatepass")), MAX_HEADER_BYTES),
        ("bytes of query", len(request.raw_query.encode(errors="surrogatepass")), MAX_QUERY_BYTES),
        ("parameters", request.raw_query.count("&") + 1, MAX_PARAMETERS),
    ):
        if number > maximum:
            message = f"The request has {number} {counted}: at most {maximum} are allowed."
            raise OssError(Code.INVALID_REQUEST, message)


WITH_BODY = ("PUT", "POST")


def check_body_intact(request: Request) -> None:
    """Refuse a body that does not match its length or its digest, or may have been altered.

    API Gateway delivers bodies of textual types as text and so replaces bytes that are not UTF-8,
    sometimes without a change of length. Only a digest shows that a replacement character was sent.
    A body that follows is checked when it is there.
    """
    if request.body_follows:
        return
    may_be_altered = request.body_was_text and _has_replacements(request.body)
    altered = _altered_body(request) if may_be_altered else None
    if request.method in WITH_BODY:
        _check_length(request, altered)
    if "content-md5" in request.headers:
        _check_md5(request.headers["content-md5"], request.content, altered)
    elif altered is not None and not _has_sha256(request):
        raise OssError(Code.INCOMPLETE_BODY, altered)


def _has_replacements(body: bytes) -> bool:
    try:
        return "\ufffd" in body.decode()
    except UnicodeDecodeError:  # lone surrogates of the event
        return True


def _altered_body(request: Request) -> str:
    content_type = truncate(request.headers.get("content-type", ""))
    return (
        f"API Gateway delivers a body of the Content-Type {content_type} as text, and replaces "
        "bytes that are not UTF-8. Upload it in parts, which have no Content-Type of their own, or "
        "as application/octet-stream; if it is UTF-8, send its Content-MD5."
    )


def _has_sha256(request: Request) -> bool:
    claimed = request.headers.get(CONTENT_SHA256, "")
    return claimed == sha256_of(request.body)


def read_body(request: Request, *, limit: int) -> bytes:
    """Return a document; raises `EntityTooLarge` for more than `limit` bytes."""
    require_upload_size(len(request.body), limit=limit)
    return request.body


def read_upload(request: Request, *, limit: int) -> Body:
    """Return the bytes to store; raises `EntityTooLarge` for more than `limit`."""
    require_upload_size(len(request.content), limit=limit)
    return request.content


def require_upload_size(size: int, *, limit: int) -> None:
    """Raise `EntityTooLarge` for more than `limit` bytes."""
    if size > limit:
        message = (
            f"{size} bytes exceed the {limit} that one request may carry. "
            "Upload in parts, or to S3 directly."
        )
        raise OssError(Code.ENTITY_TOO_LARGE, message)


def _check_length(request: Request, altered: str | None) -> None:
    """Compare the body with its `Content-Length`."""
    announced = request.headers.get("content-length")
    if announced is None:
        if not request.content and "transfer-encoding" not in request.headers:
            raise OssError(Code.MISSING_CONTENT_LENGTH)
    elif announced != str(len(request.content)):
        raise OssError(Code.INCOMPLETE_BODY, altered)


def _check_md5(text: str, body: Body, altered: str | None) -> None:
    try:
        claimed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise OssError(Code.INVALID_DIGEST) from error
    if claimed != md5_of(body):
        raise OssError(Code.INVALID_DIGEST, altered)


def read_page_size(query: Mapping[QueryParameter, str], name: QueryParameter, default: str) -> int:
    """Read the maximum number of entries on a page of a list: 1 to 1000."""
    text = query.get(name) or default
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise invalid(name, text, "Value must be digit")
    if not 1 <= int(text) <= MAX_PAGE_SIZE:
        raise invalid(name, text, f"Value must be between 1 and {MAX_PAGE_SIZE}")
    return int(text)


def read_process_form(request: Request, name: QueryParameter) -> str:
    """Read the one pair of a form, raw or percent-encoded; `&` and `+` are literal.

    Padded base64 is read correctly from the raw form, since only the first `=` separates (C-18).
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise invalid("Content-Type", "multipart", "Value must not be a multipart form")
    if len(request.body) > MAX_FORM_BYTES:
        message = f"The body is longer than {MAX_FORM_BYTES} bytes."
        raise OssError(Code.INVALID_ARGUMENT, message, ec=EC_TOO_LONG)
    try:
        written, separator, value = request.body.decode().rstrip("\r\n").partition("=")
        decoded = unquote(value, errors="strict")
    except UnicodeDecodeError as error:
        raise OssError(Code.INVALID_ARGUMENT, "The body is not UTF-8.") from error
    if written != name or not separator:
        raise OssError(Code.INVALID_ARGUMENT, f"The body must begin with {name}=")
    return decoded
