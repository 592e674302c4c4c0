"""A bucket's settings as JSON: `?x-oss-bucket-settings` (docs/buckets.md)."""

import json
from dataclasses import replace

from darkroom.buckets import InvalidDocument, read_bucket, write_bucket
from darkroom.errors import Code, OssError
from darkroom.usecases.authorization import administered
from darkroom.usecases.jobs.object_events import check_rules, settled
from darkroom.web.context import Call
from darkroom.web.http import Response
from darkroom.web.responses import NOT_CACHED
from darkroom.web.xml import JSON

SETTINGS = "x-oss-bucket-settings"

LONGEST_BODY = 131_072
"""Bytes: the table holds them beside the styles, in an item of at most 400 KB."""


def get_settings(call: Call) -> Response:
    """Answer the settings as they are now."""
    bucket = administered(call.world, call.address.bucket, call.caller)
    document = write_bucket(call.world.buckets.current(bucket.name))
    body = json.dumps(document, ensure_ascii=False, indent=4).encode() + b"\n"
    return Response(status=200, headers={**NOT_CACHED, "content-type": JSON}, body=body)


def put_settings(call: Call) -> Response:
    """Replace the settings as a whole."""
    bucket = administered(call.world, call.address.bucket, call.caller)
    try:
        settings = read_bucket(bucket.name, _json(call.request.body))
    except InvalidDocument as error:
        raise OssError(Code.INVALID_ARGUMENT, f"The settings are invalid: {error}.") from error
    check_rules(settings, call.world)
    known = call.world.buckets.current(bucket.name)
    events = settled(settings.events, known.events, call.world.clock())
    call.world.buckets.save(replace(settings, events=events))
    return Response(status=200)


def _json(body: bytes) -> object:
    if len(body) > LONGEST_BODY:
        message = f"The settings are longer than {LONGEST_BODY} bytes."
        raise OssError(Code.INVALID_ARGUMENT, message)
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise OssError(Code.INVALID_ARGUMENT, "The settings must be JSON.") from error
    return document
