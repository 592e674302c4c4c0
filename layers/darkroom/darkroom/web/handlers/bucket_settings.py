"""A bucket's settings as JSON: `?x-oss-bucket-settings` (docs/buckets.md)."""

from msgspec import json, structs

from darkroom.buckets import InvalidDocument, read_bucket, write_bucket
from darkroom.errors import Code, OssError
from darkroom.usecases.jobs.object_events import check_rules, stamp_new_rules
from darkroom.web.context import RequestContext
from darkroom.web.http import JSON, NO_STORE, Response

MAX_SETTINGS_BYTES = 131_072
"""Bytes of JSON: settings and styles share a DynamoDB item of at most 400 KB."""


def get_settings(context: RequestContext) -> Response:
    """Answer the current settings."""
    document = write_bucket(context.services.buckets.current(context.bucket.name))
    body = json.format(document, indent=4) + b"\n"
    return Response(status=200, headers={**NO_STORE, "content-type": JSON}, body=body)


def put_settings(context: RequestContext) -> Response:
    """Replace all settings of the bucket."""
    body = context.request.body
    if len(body) > MAX_SETTINGS_BYTES:
        message = f"The settings are longer than {MAX_SETTINGS_BYTES} bytes."
        raise OssError(Code.INVALID_ARGUMENT, message)
    try:
        settings = read_bucket(context.bucket.name, body)
    except InvalidDocument as error:
        raise OssError(Code.INVALID_ARGUMENT, f"The settings are invalid: {error}.") from error
    known = context.services.buckets.current(context.bucket.name)
    check_rules(settings, known.events, context.caller, context.services)
    events = stamp_new_rules(settings.events, known.events, context.services.clock())
    context.services.buckets.save(structs.replace(settings, events=events))
    return Response(status=200)
