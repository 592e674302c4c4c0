"""POST ?x-oss-process: process and store (spec 01 §3, spec 04 §4)."""

from urllib.parse import unquote

from darkroom.errors import Code, OssError, invalid
from darkroom.jsontext import laid_out
from darkroom.query import EC_TOO_LONG, LONGEST
from darkroom.usecases.making import Rendering
from darkroom.usecases.save import save
from darkroom.web.bodies import JSON
from darkroom.web.call import Call
from darkroom.web.messages import Request, Response
from darkroom.web.reading import PROCESS

LONGEST_BODY = 4 * LONGEST
"""Bytes: a value of the longest, percent-encoded, with its name."""


def post_processed(call: Call) -> Response:
    """Answer what was stored where."""
    saved = save(posted_work(call, PROCESS), call.world, call.context)
    members = {
        "bucket": saved.bucket or "",
        "fileSize": saved.size,
        "object": saved.key,
        "status": "OK",
    }
    return Response(status=200, headers={"content-type": JSON}, body=laid_out(members).encode())


def posted_work(call: Call, name: str) -> Rendering:
    """Read what a POST wants done with the object that it names."""
    return Rendering(
        bucket=call.address.bucket,
        key=call.address.key,
        process=posted(call.request, name),
        caller=call.caller,
    )


def posted(request: Request, name: str) -> str:
    """Read the one pair of a form, written raw or percent-encoded; `&` and `+` are themselves.

    Padded base64 survives the raw form, as only the first `=` separates (C-18).
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise invalid("Content-Type", "multipart", "Value must not be a multipart form")
    if len(request.body) > LONGEST_BODY:
        message = f"The body is longer than {LONGEST_BODY} bytes."
        raise OssError(Code.INVALID_ARGUMENT, message, ec=EC_TOO_LONG)
    try:
        written, separator, value = request.body.decode().rstrip("\r\n").partition("=")
        decoded = unquote(value, errors="strict")
    except UnicodeDecodeError as error:
        raise OssError(Code.INVALID_ARGUMENT, "The body is not UTF-8.") from error
    if written != name or not separator:
        raise OssError(Code.INVALID_ARGUMENT, f"The body must begin with {name}=")
    return decoded
