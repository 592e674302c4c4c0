"""`x-oss-process`: GET and HEAD answer a picture, POST stores or answers it (spec 01 §3)."""

from darkroom.errors import Code, OssError
from darkroom.oss_json import dumps
from darkroom.process.grammar import PROCESS, STYLE_PREFIX
from darkroom.usecases.ignored_errors import original_in_place_of
from darkroom.usecases.render import RenderRequest, RenderResult, render
from darkroom.usecases.save import save_or_render
from darkroom.usecases.styles import (
    StyledKey,
    report_missing_style,
    split_style,
)
from darkroom.web.context import Handler, RequestContext
from darkroom.web.http import JSON, Response
from darkroom.web.request_checks import read_process_form
from darkroom.web.responses import original_response, processed_response, response_overrides
from darkroom.web.wire import QueryParameter


def get_processed(context: RequestContext, styled: StyledKey | None = None) -> Response:
    """Answer the object processed as the query says, or in the style of its path."""
    overrides = response_overrides(context.query, context.caller)
    request = RenderRequest(
        bucket=context.bucket,
        key=context.key if styled is None else styled.key,
        version_id=context.query.get(QueryParameter.VERSION_ID),
        process=context.process if styled is None else STYLE_PREFIX + styled.style,
        parameter=context.process_parameter if styled is None else PROCESS,
        caller=context.caller,
        preconditions=context.preconditions,
        accept=context.request.headers.get("accept", ""),
    )
    services, processing = context.services, context.processing
    try:
        rendered = render(request, services, processing)
    except OssError as error:
        head = context.request.method == "HEAD"
        original = original_in_place_of(error, request, services, processing, head=head)
        if original is None:
            raise
        return original_response(original, overrides, context.reply_limit)
    return processed_response(rendered, overrides)


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
    """Store the processed picture and answer its bucket, key and size.

    Without a saveas, answer the picture as GET does (C-17).
    """
    overrides = response_overrides(context.query, context.caller)
    request = RenderRequest(
        bucket=context.bucket,
        key=context.key,
        process=read_process_form(context.request, QueryParameter.PROCESS),
        caller=context.caller,
    )
    saved = save_or_render(request, context.services, context.processing)
    if isinstance(saved, RenderResult):
        return processed_response(saved, overrides)
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
