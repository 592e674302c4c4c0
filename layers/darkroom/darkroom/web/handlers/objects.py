"""PUT and DELETE of objects (spec 01 §7)."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from darkroom.errors import Code, OssError, invalid
from darkroom.naming_rules import check_bucket_name, check_key
from darkroom.ports import ObjectInfo, Written
from darkroom.usecases.authorization import writable
from darkroom.usecases.byte_ranges import parse_range
from darkroom.usecases.objects import (
    Copying,
    Fetched,
    Reading,
    Upload,
    copy,
    describe,
    fetch,
    remove,
    store,
)
from darkroom.usecases.preconditions import Conditions
from darkroom.usecases.render import Rendering, render
from darkroom.web import responses
from darkroom.web.context import Call
from darkroom.web.http import Response, decoded
from darkroom.web.object_headers import may_overwrite, overrides_of, stored_attributes
from darkroom.web.request_checks import received
from darkroom.web.responses import written_headers, xml
from darkroom.web.xml import elements, iso

SOURCE = "x-oss-copy-source"
METADATA = "x-oss-metadata-directive"
TAGGING = "x-oss-tagging-directive"


def copy_object(call: Call) -> Response:
    """Copy another object to the one addressed."""
    bucket = writable(call.world, call.address.bucket, call.caller)
    headers = call.request.headers
    attributes = stored_attributes(_with_tagging(headers))
    copying = Copying(
        source=copy_source(call),
        key=call.address.key,
        attributes=attributes,
        keeps=_keeps(headers, METADATA),
        overwrite=may_overwrite(headers),
    )
    source, written = copy(bucket, copying, call.caller, call.world)
    if written is None:
        return Response(status=304)
    return _copied(source, written)


def copy_source(call: Call) -> Reading:
    """Read which object is to be copied, and on which conditions."""
    text, _, query = call.request.headers[SOURCE].removeprefix("/").partition("?")
    bucket, _, key = decoded(text, Code.INVALID_ARGUMENT).partition("/")
    check_bucket_name(bucket)
    check_key(key)
    return Reading(
        bucket=bucket,
        key=key,
        version_id=dict(parse_qsl(query)).get(VERSION),
        caller=call.caller,
        conditions=_conditions(call.request.headers),
    )


def _conditions(headers: Mapping[str, str]) -> Conditions:
    prefix = f"{SOURCE}-"
    return Conditions.from_headers(
        {n.removeprefix(prefix): value for n, value in headers.items() if n.startswith(prefix)}
    )


def _keeps(headers: Mapping[str, str], name: str) -> bool:
    text = headers.get(name, "COPY").upper()
    if text not in ("COPY", "REPLACE"):
        raise invalid(name, text, "Value must be COPY or REPLACE")
    return text == "COPY"


def _with_tagging(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Let the directive decide about tags: REPLACE without any means to have none."""
    others = {name: value for name, value in headers.items() if name != "x-oss-tagging"}
    if _keeps(headers, TAGGING):
        return others
    return {**others, "x-oss-tagging": headers.get("x-oss-tagging", "")}


def _copied(source: ObjectInfo, written: Written) -> Response:
    headers = written_headers(written)
    if source.version_id is not None:
        headers["x-oss-copy-source-version-id"] = source.version_id
    modified = written.last_modified or source.last_modified
    content = elements({"LastModified": iso(modified), "ETag": f'"{written.etag}"'})
    return xml("CopyObjectResult", content, headers)


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
    return responses.processed(render(rendering, call.world, call.context), overrides)


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
    return responses.plain(fetched, overrides)


def head_object(call: Call) -> Response:
    """Answer what is known of an object."""
    overrides = overrides_of(call)
    return responses.plain(_described(call), overrides)


def object_meta(call: Call) -> Response:
    """Answer the little that does not depend on who asks: size, ETag and date."""
    info = _described(call).info
    return responses.meta(info, head=call.request.method == "HEAD")


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


def put_object(call: Call) -> Response:
    """Store the body, or copy the object that a header names."""
    if SOURCE in call.request.headers:
        return copy_object(call)
    bucket = writable(call.world, call.address.bucket, call.caller)
    headers = call.request.headers
    upload = Upload(
        key=call.address.key,
        attributes=stored_attributes(headers),
        overwrite=may_overwrite(headers),
        body=received(call.request, limit=call.world.settings.upload_limit),
    )
    with call.context.stage("store"):
        written = store(bucket, upload, call.caller, call.world)
    return Response(status=200, headers=written_headers(written))


def refuse_processing(call: Call) -> Response:
    """Refuse to process what is being stored (C-15)."""
    del call
    raise OssError(Code.INVALID_ARGUMENT, "x-oss-process is not for PUT requests.")


def delete_object(call: Call) -> Response:
    """Remove the object, there or not."""
    address = call.address
    version_id = call.request.query.get(VERSION)
    remove(address.bucket, address.key, call.caller, call.world, version_id=version_id)
    return Response(status=204)
