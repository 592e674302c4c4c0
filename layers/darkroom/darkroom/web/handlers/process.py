"""`x-oss-process`: GET and HEAD answer a picture, POST stores it (spec 01 §3, spec 04 §4)."""

from darkroom.errors import Code, OssError
from darkroom.oss_json import dumps
from darkroom.usecases.render import RenderRequest, render
from darkroom.usecases.save import save
from darkroom.usecases.styles import (
    STYLE_PREFIX,
    StyledKey,
    report_missing_style,
    split_style,
)
from darkroom.web.context import Handler, RequestContext
from darkroom.web.http import JSON, Response
from darkroom.web.request_checks import read_process_form
from darkroom.web.responses import processed_response, response_overrides
from darkroom.web.wire import QueryParameter


def get_processed(context: RequestContext, styled: StyledKey | None = None) -> Response:
    """Answer the object processed as the query says, or in the style of its path."""
    overrides = response_overrides(context.query, context.caller)
    request = RenderRequest(
        bucket=context.bucket,
        key=context.key if styled is None else styled.key,
        version_id=context.query.get(QueryParameter.VERSION_ID),
        process=(
            context.query[QueryParameter.PROCESS] if styled is None else STYLE_PREFIX + styled.style
        ),
        caller=context.caller,
        preconditions=context.preconditions,
    )
    return processed_response(render(request, context.services, context.processing), overrides)


def styled_or(plain: Handler) -> Handler:
    """Return a handler for the picture in its style where the path names one, else `plain`.

    `photo.jpg!small` is the object `photo.jpg` in the style `small` (spec 04 §2.1).
    """

    def get_styled_or_plain(context: RequestContext) -> Response:
        styled = split_style(context.key, context.bucket, context.services)
        if styled is not None:
            return get_processed(context, styled)
        with report_missing_style(context.key, context.bucket, context.caller, context.services):
            return plain(context)

    return get_styled_or_plain


def post_processed(context: RequestContext) -> Response:
    """Store the processed picture; answer its bucket, key and size."""
    request = RenderRequest(
        bucket=context.bucket,
        key=context.key,
        process=read_process_form(context.request, QueryParameter.PROCESS),
        caller=context.caller,
    )
    saved = save(request, context.services, context.processing)
    members = {
        "bucket": saved.bucket or "",
        "fileSize": saved.size,
        "object": saved.key,
        "status": "OK",
    }
    return Response(status=200, headers={"content-type": JSON}, body=dumps(members).encode())


def refuse_put(context: RequestContext) -> Response:
    """Refuse to process an object during its upload (C-15)."""
    del context
    raise OssError(Code.INVALID_ARGUMENT, "x-oss-process is not for PUT requests.")
