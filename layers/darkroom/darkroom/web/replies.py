"""Outcomes → responses: the header rules of spec 01 §6."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from darkroom.errors import Failure, OssError
from darkroom.ports import KeptResult, ObjectInfo, Written
from darkroom.timing import Stopwatch
from darkroom.usecases.making import Rendered
from darkroom.usecases.objects import Fetched
from darkroom.web.bodies import XML, document, element, elements, error_document
from darkroom.web.messages import KeptAs, Response, Stored

NOT_CACHED = {"cache-control": "no-store"}
CRC64 = "x-oss-hash-crc64ecma"

LONGEST_IN_HEADER = 4096
"""Bytes of an error that a header carries with all its details: fronts limit headers."""

OWNER = element("Owner", elements({"ID": "darkroom", "DisplayName": "darkroom"}))
"""All buckets have one owner: whoever runs the service."""


def processed(rendered: Rendered, overrides: Mapping[str, str]) -> Response:
    """Answer a result: the source's validators, no checksum of the source (C-30, spec 01 §6.1)."""
    headers = object_headers(rendered.source)
    cache = rendered.source.headers.get("cache-control")
    if cache:
        headers["cache-control"] = cache
    if rendered.result is None:
        return Response(status=304, headers=headers)
    result = rendered.result
    body: bytes | KeptResult = result if isinstance(result, KeptResult) else result.body
    headers |= {"content-type": result.content_type, **overrides}
    if isinstance(body, KeptResult):
        headers["content-length"] = str(body.size)
    return Response(
        status=200,
        headers=headers,
        body=body,
        kept_as=KeptAs(name=rendered.name, content_type=result.content_type),
        from_store=rendered.from_store,
        trouble=rendered.trouble,
    )


def plain(fetched: Fetched, overrides: Mapping[str, str]) -> Response:
    """Answer an object as it is stored, or a part of it."""
    info, part = fetched.info, fetched.part
    headers = {**object_headers(info), **info.headers, "accept-ranges": "bytes"}
    if fetched.unmodified:
        return Response(status=304, headers=headers)
    size = info.size if part is None else part.size
    headers |= {"content-type": info.content_type, "content-length": str(size)}
    if part is not None:
        headers["content-range"] = f"bytes {part.first}-{part.last}/{info.size}"
    elif info.crc64 is not None:
        headers[CRC64] = str(info.crc64)
    headers |= overrides
    status = 200 if part is None else 206
    if fetched.body is None:
        return Response(status=status, headers=headers)
    body = Stored(object=fetched.body, size=size, overrides=overrides)
    return Response(status=status, headers=headers, body=body)


def meta(info: ObjectInfo, *, head: bool) -> Response:
    """Answer size, ETag and date alone; only a HEAD can name a length and have no body."""
    headers = object_headers(info)
    kept = ("etag", "last-modified", "x-oss-version-id")
    length = {"content-length": str(info.size)} if head else {}
    return Response(status=200, headers=length | {n: headers[n] for n in kept if n in headers})


def object_headers(info: ObjectInfo) -> dict[str, str]:
    """Name the object that an answer is about."""
    headers = {
        "etag": f'"{info.etag}"',
        "last-modified": format_datetime(info.last_modified, usegmt=True),
        "x-oss-object-type": "Normal",
        "x-oss-storage-class": info.storage_class,
        **{f"x-oss-meta-{name}": value for name, value in info.metadata.items()},
    }
    if info.version_id:
        headers["x-oss-version-id"] = info.version_id
    return headers


def written_headers(written: Written) -> dict[str, str]:
    """Tell what was stored, as far as it is known."""
    headers = {"etag": f'"{written.etag}"'}
    if written.md5 is not None:
        headers["content-md5"] = base64.b64encode(written.md5).decode()
    if written.crc64 is not None:
        headers[CRC64] = str(written.crc64)
    if written.version_id is not None:
        headers["x-oss-version-id"] = written.version_id
    return headers


def xml(root: str, content: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer an XML document."""
    return Response(
        status=200, headers={**(headers or {}), "content-type": XML}, body=document(root, content)
    )


def refused(error: OssError, *, request_id: str, host: str, head: bool) -> Response:
    """Answer an error: XML, and for HEAD the XML in a header (spec 05 §1).

    It must not outlive its cause in any cache.
    """
    body = error_document(error, request_id=request_id, host=host)
    headers: dict[str, str] = {**NOT_CACHED, "content-type": XML}
    if error.ec:
        headers["x-oss-ec"] = error.ec
    if head:
        if len(body) > LONGEST_IN_HEADER:
            brief = OssError(error.code, error.message, ec=error.ec)
            body = error_document(brief, request_id=request_id, host=host)
        headers["x-oss-err"] = base64.b64encode(body).decode()
        body = b""
    return Response(status=error.status, headers=headers, body=body, failure=Failure.of(error))


def redirected(response: Response, location: str) -> Response:
    """Send the caller to the store; the address expires, so no cache may keep it."""
    sent = response.headers.items()
    kept = {name: value for name, value in sent if name.startswith("x-oss-") and name != CRC64}
    return replace(
        response, status=302, headers={**kept, **NOT_CACHED, "location": location}, body=b""
    )


def without_body(response: Response) -> Response:
    """Answer a HEAD: keep the length that the body would have (C-14)."""
    if not isinstance(response.body, bytes):
        return replace(response, body=b"")
    length = {"content-length": str(len(response.body))} if response.body else {}
    return replace(response, headers={**length, **response.headers}, body=b"")


def common_headers(request_id: str, watch: Stopwatch, now: datetime) -> dict[str, str]:
    """Give the headers of every answer (spec 01 §6.1)."""
    return {
        "date": format_datetime(now, usegmt=True),
        "server": "AliyunOSS",
        "server-timing": watch.server_timing(),
        # A stored object must not be taken for more than its type says.
        "x-content-type-options": "nosniff",
        "x-oss-request-id": request_id,
        "x-oss-server-time": str(round(1000 * watch.total)),
    }
