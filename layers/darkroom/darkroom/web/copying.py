"""CopyObject: a PUT whose body is another object."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from darkroom.errors import Code, invalid
from darkroom.names import check_bucket_name, check_key
from darkroom.ports import ObjectInfo, Written
from darkroom.usecases.access import writable
from darkroom.usecases.conditions import Conditions
from darkroom.usecases.copying import Copying, copy
from darkroom.usecases.objects import Reading
from darkroom.web.attributes import may_overwrite, stored_attributes
from darkroom.web.bodies import elements
from darkroom.web.call import Call
from darkroom.web.dates import iso
from darkroom.web.messages import Response, decoded
from darkroom.web.reading import VERSION
from darkroom.web.replies import written_headers, xml

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
