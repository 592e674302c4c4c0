"""GET, HEAD, PUT and DELETE of objects as they are stored; CopyObject (spec 01 §7)."""

from collections.abc import Mapping

from msgspec.structs import replace

from darkroom.errors import invalid
from darkroom.http_dates import iso_date
from darkroom.usecases import objects
from darkroom.usecases.byte_ranges import parse_range
from darkroom.usecases.objects import (
    CopyObjectRequest,
    GetObjectRequest,
    OpenedObject,
    PutObjectRequest,
)
from darkroom.web import wire
from darkroom.web.context import RequestContext
from darkroom.web.http import Response
from darkroom.web.object_headers import (
    attributes_from_headers,
    copy_source,
    encryption_headers,
    may_overwrite,
)
from darkroom.web.request_checks import read_upload
from darkroom.web.responses import (
    download_overrides,
    object_meta_response,
    object_response,
    put_headers,
    response_overrides,
    xml_response,
)
from darkroom.web.wire import QueryParameter
from darkroom.web.xml import element


def get_object(context: RequestContext) -> Response:
    """Answer a stored object, or a byte range of it."""
    overrides = response_overrides(context.query, context.caller)
    headers = context.request.headers
    request = replace(
        _object_request(context),
        byte_range=parse_range(headers.get("range", "")),
        clip_range=headers.get(wire.RANGE_BEHAVIOR) == "standard",
    )
    with context.processing.stage("store"):
        opened = objects.open_object(request, context.services)
    context.processing.log_context.bind(source_bytes=opened.info.size)
    return object_response(opened, _disposition(context, opened, overrides), context.reply_limit)


def _disposition(
    context: RequestContext, opened: OpenedObject, overrides: Mapping[str, str]
) -> Mapping[str, str]:
    if not context.services.settings.download_documents:
        return overrides
    return download_overrides(opened, overrides)


def head_object(context: RequestContext) -> Response:
    """Answer the headers of an object, without its body."""
    overrides = response_overrides(context.query, context.caller)
    with context.processing.stage("store"):
        found = objects.head_object(_object_request(context), context.services)
    return object_response(found, _disposition(context, found, overrides), context.reply_limit)


def get_object_meta(context: RequestContext) -> Response:
    """Answer size, ETag and date alone."""
    with context.processing.stage("store"):
        info = objects.head_object(_object_request(context), context.services).info
    return object_meta_response(info, context.reply_limit, head=context.request.method == "HEAD")


def _object_request(context: RequestContext) -> GetObjectRequest:
    return GetObjectRequest(
        bucket=context.bucket,
        key=context.key,
        version_id=context.query.get(QueryParameter.VERSION_ID),
        caller=context.caller,
        preconditions=context.preconditions,
    )


def put_object(context: RequestContext) -> Response:
    """Store the body, or copy the object that a header names."""
    headers = context.request.headers
    if wire.COPY_SOURCE in headers:
        return _copy_object(context)
    request = PutObjectRequest(
        key=context.key,
        attributes=attributes_from_headers(headers, context.key),
        overwrite=may_overwrite(headers),
        body=read_upload(context.request, limit=context.services.settings.upload_limit),
    )
    with context.processing.stage("store"):
        stored = objects.put_object(context.bucket, request, context.caller, context.services)
    reply_headers = {**put_headers(stored, context.reply_limit), **encryption_headers(headers)}
    return Response(status=200, headers=reply_headers)


def delete_object(context: RequestContext) -> Response:
    """Delete the object; a missing one is no error."""
    version_id = context.query.get(QueryParameter.VERSION_ID)
    objects.delete_object(context.bucket, context.key, context.services, version_id=version_id)
    return Response(status=204)


def _copy_object(context: RequestContext) -> Response:
    headers = context.request.headers
    request = CopyObjectRequest(
        attributes=attributes_from_headers(_with_tagging(headers), context.key),
        source=copy_source(headers, context.caller, context.services),
        key=context.key,
        copy_metadata=_is_copy_directive(headers, wire.METADATA_DIRECTIVE),
        overwrite=may_overwrite(headers),
    )
    source, copied = objects.copy_object(context.bucket, request, context.caller, context.services)
    if copied is None:
        return Response(status=304)
    reply_headers = {**put_headers(copied, context.reply_limit), **encryption_headers(headers)}
    if source.version_id is not None:
        reply_headers[wire.COPY_SOURCE_VERSION_ID] = source.version_id
    modified = iso_date(copied.last_modified or source.last_modified)
    root = element("CopyObjectResult", {"LastModified": modified, "ETag": reply_headers["etag"]})
    return xml_response(root, reply_headers)


def _is_copy_directive(headers: Mapping[str, str], directive: str) -> bool:
    text = headers.get(directive, "COPY").upper()
    if text not in ("COPY", "REPLACE"):
        raise invalid(directive, text, "Value must be COPY or REPLACE")
    return text == "COPY"


def _with_tagging(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers with tags as the directive says: REPLACE without tags removes them."""
    others = {name: value for name, value in headers.items() if name != wire.TAGGING}
    if _is_copy_directive(headers, wire.TAGGING_DIRECTIVE):
        return others
    return {**others, wire.TAGGING: headers.get(wire.TAGGING, "")}
