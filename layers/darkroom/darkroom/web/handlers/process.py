"""Plain addresses that end with a style: `photo.jpg!small` (spec 04 §2.1)."""

from urllib.parse import unquote

from darkroom.errors import Code, OssError, invalid
from darkroom.oss_json import laid_out
from darkroom.process.grammar import EC_TOO_LONG, LONGEST
from darkroom.usecases.authorization import bucket_named
from darkroom.usecases.render import Rendering
from darkroom.usecases.save import save
from darkroom.usecases.styles import STYLE, styled, telling_missing_styles
from darkroom.web.context import Call, Handler
from darkroom.web.handlers.objects import PROCESS, processed
from darkroom.web.http import Request, Response
from darkroom.web.xml import JSON

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


def delimited(plain: Handler) -> Handler:
    """Answer the picture in its style where the path names one, else the plain object."""

    def answer(call: Call) -> Response:
        bucket = bucket_named(call.world, call.address.bucket)
        split = styled(call.address.key, bucket, call.world)
        if split is not None:
            return processed(call, split.key, STYLE + split.style)
        with telling_missing_styles(call.address.key, bucket, call.world):
            return plain(call)

    return answer
