"""GET and HEAD of objects, as stored and processed (spec 01 §3, §7)."""

from dataclasses import replace

from darkroom.usecases.making import Rendering
from darkroom.usecases.objects import Fetched, Reading, describe, fetch
from darkroom.usecases.parts import parse_range
from darkroom.usecases.render import render
from darkroom.web import replies
from darkroom.web.call import Call
from darkroom.web.messages import Response
from darkroom.web.overrides import overrides_of

PROCESS = "x-oss-process"
VERSION = "versionId"
META = "objectMeta"


def get_processed(call: Call) -> Response:
    """Answer a picture put through the process of the query."""
    return processed(call, call.address.key, call.request.query[PROCESS])


def processed(call: Call, key: str, process: str) -> Response:
    """Answer a picture put through a process."""
    overrides = overrides_of(call)
    rendering = Rendering(
        bucket=call.address.bucket,
        key=key,
        version_id=call.request.query.get(VERSION),
        process=process,
        caller=call.caller,
        conditions=call.conditions,
    )
    return replies.processed(render(rendering, call.world, call.context), overrides)


def get_object(call: Call) -> Response:
    """Answer an object as it is stored, or a part of it."""
    overrides = overrides_of(call)
    headers = call.request.headers
    reading = replace(
        _reading(call),
        span=parse_range(headers.get("range", "")),
        clipped=headers.get("x-oss-range-behavior") == "standard",
    )
    with call.context.stage("store"):
        fetched = fetch(reading, call.world)
    call.context.journal.note(source_bytes=fetched.info.size)
    return replies.plain(fetched, overrides)


def head_object(call: Call) -> Response:
    """Answer what is known of an object."""
    overrides = overrides_of(call)
    return replies.plain(_described(call), overrides)


def object_meta(call: Call) -> Response:
    """Answer the little that does not depend on who asks: size, ETag and date."""
    info = _described(call).info
    return replies.meta(info, head=call.request.method == "HEAD")


def _described(call: Call) -> Fetched:
    with call.context.stage("store"):
        return describe(_reading(call), call.world)


def _reading(call: Call) -> Reading:
    return Reading(
        bucket=call.address.bucket,
        key=call.address.key,
        version_id=call.request.query.get(VERSION),
        caller=call.caller,
        conditions=call.conditions,
    )
