"""Responses: header rules (spec 01 §6), and bodies over the reply limit."""

import base64
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from xml.etree.ElementTree import Element

from darkroom.auth import Caller
from darkroom.errors import Code, Failure, OssError, invalid
from darkroom.http_dates import http_date
from darkroom.ports.objects import ObjectInfo, ObjectReplaced, Presigner, PutResult
from darkroom.ports.results import CachedResult, ResultStorage
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.objects import OpenedObject
from darkroom.usecases.render import RenderResult
from darkroom.web import wire, xml
from darkroom.web.http import NO_STORE, ObjectBody, Response, ResultRef, private_cache_control
from darkroom.web.object_headers import STORED_HEADERS
from darkroom.web.wire import QueryParameter

HSTS_SECONDS = 31_536_000
"""Seconds for which a browser asks this host over HTTPS only."""

MAX_ERROR_HEADER_BYTES = 4096
"""Bytes of an error in a header with all its details: servers limit headers."""

PRESIGNED_HEADERS = ("content-type", *STORED_HEADERS)
"""Reply headers that S3 sends with a result after a redirect."""


RESPONSE_PARAMETERS = tuple(p for p in QueryParameter if p.startswith(wire.RESPONSE_PREFIX))


def response_overrides(query: Mapping[QueryParameter, str], caller: Caller) -> Mapping[str, str]:
    """Return the reply headers that `response-*` parameters choose, by lower-case name.

    Only signed requests may choose (C-20): otherwise a link to another owner's bucket could serve a
    picture as a script.
    """
    chosen = {name: query[name] for name in RESPONSE_PARAMETERS if name in query}
    if chosen and caller.anonymous:
        message = "Anonymous requests may not set response headers."
        raise OssError(Code.INVALID_REQUEST, message)
    for name, value in chosen.items():
        if not value.isascii() or not value.isprintable():
            raise invalid(name, value, "Value must be printable ASCII")
    return {name.removeprefix(wire.RESPONSE_PREFIX): value for name, value in chosen.items()}


def processed_response(rendered: RenderResult, overrides: Mapping[str, str]) -> Response:
    """Answer a result with its source's validators, without its checksum (C-30, spec 01 §6.1)."""
    headers = object_headers(rendered.source)
    cache_control = rendered.source.headers.get("cache-control")
    if cache_control:
        headers["cache-control"] = cache_control
    result = rendered.result
    if result is not None:
        headers |= {"content-type": result.content_type, **overrides}
    if rendered.private:
        headers["cache-control"] = private_cache_control(headers.get("cache-control", ""))
    if result is None:
        return Response(status=304, headers=headers)
    if isinstance(result, CachedResult):
        headers["content-length"] = str(result.size)
    ref = None
    if rendered.identity is not None:
        ref = ResultRef(identity=rendered.identity, content_type=result.content_type)
    return Response(
        status=200,
        headers=headers,
        body=result if isinstance(result, CachedResult) else result.body,
        result_ref=ref,
        cache_status=rendered.cache_status,
        store_error=rendered.store_error,
    )


_PICTURE_TYPE = re.compile(r"image/(?!.*xml)[a-z0-9.+-]+\s*(;[^,]*)?", re.IGNORECASE)
"""Content types that a browser shows as a picture without scripts; of a list with commas, a browser
takes the last type."""


def is_picture(content_type: str) -> bool:
    """Return whether a browser can show content of the type but not run it; SVG is XML."""
    return _PICTURE_TYPE.fullmatch(content_type.strip()) is not None


def sandbox_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers by which a stored page acts for no origin, unless it is a picture.

    All buckets share an origin where URLs have path style, and a site where they are sub-domains.
    """
    if is_picture(headers.get("content-type", "")):
        return {}
    return {"content-security-policy": "sandbox"}


def download_overrides(opened: OpenedObject, overrides: Mapping[str, str]) -> Mapping[str, str]:
    """Return the overrides with a disposition by which browsers store what is no picture."""
    if is_picture(overrides.get("content-type", opened.info.content_type)):
        return overrides
    stored = opened.info.headers.get("content-disposition", "")
    written = overrides.get("content-disposition", stored)
    _, separator, parameters = written.partition(";")
    return {**overrides, "content-disposition": f"attachment{separator}{parameters}"}


def object_response(opened: OpenedObject, overrides: Mapping[str, str]) -> Response:
    """Answer a stored object, or a byte range of it."""
    info, byte_range = opened.info, opened.byte_range
    headers = {**object_headers(info), **info.headers, "accept-ranges": "bytes"}
    if opened.not_modified:
        return Response(status=304, headers=headers)
    size = info.size if byte_range is None else byte_range.size
    headers |= {"content-type": info.content_type, "content-length": str(size)}
    if byte_range is not None:
        headers["content-range"] = f"bytes {byte_range.first}-{byte_range.last}/{info.size}"
    elif info.crc64 is not None:
        headers[wire.CRC64] = str(info.crc64)
    headers |= overrides
    status = 200 if byte_range is None else 206
    if opened.body is None:
        return Response(status=status, headers=headers)
    body = ObjectBody(object=opened.body, size=size, overrides=overrides)
    return Response(status=status, headers=headers, body=body)


def object_meta_response(info: ObjectInfo, *, head: bool) -> Response:
    """Answer size, ETag and date; only a HEAD can state a length and have no body."""
    headers = object_headers(info)
    names = ("etag", "last-modified", wire.VERSION_ID)
    length = {"content-length": str(info.size)} if head else {}
    return Response(
        status=200, headers=length | {name: headers[name] for name in names if name in headers}
    )


def object_headers(info: ObjectInfo) -> dict[str, str]:
    """Return the headers that describe an object."""
    headers = {
        "etag": f'"{info.etag}"',
        "last-modified": http_date(info.last_modified),
        wire.OBJECT_TYPE: "Normal",
        wire.STORAGE_CLASS: info.storage_class,
        **{wire.META_PREFIX + name: value for name, value in info.metadata.items()},
    }
    if info.version_id:
        headers[wire.VERSION_ID] = info.version_id
    return headers


def put_headers(result: PutResult) -> dict[str, str]:
    """Return the headers that describe a stored object, as far as they are known."""
    headers = {"etag": f'"{result.etag}"'}
    if result.md5 is not None:
        headers["content-md5"] = base64.b64encode(result.md5).decode()
    if result.crc64 is not None:
        headers[wire.CRC64] = str(result.crc64)
    if result.version_id is not None:
        headers[wire.VERSION_ID] = result.version_id
    return headers


def xml_response(root: Element, headers: Mapping[str, str] | None = None) -> Response:
    """Answer an XML document with status 200."""
    return Response(
        status=200,
        headers={**(headers or {}), "content-type": xml.CONTENT_TYPE},
        body=xml.document(root),
    )


def error_response(error: OssError, *, request_id: str, host: str, head: bool) -> Response:
    """Answer an error: XML, for HEAD the XML in a header (spec 05 §1); no cache may store it."""
    body = xml.error_document(error, request_id=request_id, host=host)
    headers: dict[str, str] = {**NO_STORE, "content-type": xml.CONTENT_TYPE}
    if error.ec:
        headers[wire.ERROR_CODE] = error.ec
    if head:
        if len(body) > MAX_ERROR_HEADER_BYTES:
            brief = OssError(error.code, error.message, ec=error.ec)
            body = xml.error_document(brief, request_id=request_id, host=host)
        headers[wire.ERROR_BODY] = base64.b64encode(body).decode()
        body = b""
    return Response(status=error.status, headers=headers, body=body, failure=Failure.of(error))


def head_response(response: Response) -> Response:
    """Return the response without its body, but with the length that a GET has (C-14)."""
    if not isinstance(response.body, bytes):
        return replace(response, body=b"")
    length = {"content-length": str(len(response.body))} if response.body else {}
    return replace(response, headers={**length, **response.headers}, body=b"")


def common_headers(request_id: str, stopwatch: Stopwatch, now: datetime) -> dict[str, str]:
    """Return the headers of every response (spec 01 §6.1)."""
    return {
        "date": http_date(now),
        "server": "AliyunOSS",
        "server-timing": stopwatch.server_timing(),
        # A browser must not guess another type for a stored object.
        "x-content-type-options": "nosniff",
        # Ignored over HTTP.
        "strict-transport-security": f"max-age={HSTS_SECONDS}",
        wire.REQUEST_ID: request_id,
        wire.SERVER_TIME: str(round(1000 * stopwatch.total)),
    }


def fit_reply_limit(
    response: Response, limit: int, *, presigner: Presigner, results: ResultStorage | None
) -> Response:
    """Read a stored body of at most `limit` bytes; redirect to S3 for a larger one (decision 009).

    A larger result is stored first. Raises `ImageTooLarge` where there is no result storage.
    """
    body = response.body
    if isinstance(body, ObjectBody):
        return _fit_object(response, body, limit, presigner)
    size = body.size if isinstance(body, CachedResult) else len(body)
    if isinstance(body, bytes) and size <= limit:
        return response
    ref = response.result_ref
    if results is None or ref is None:
        message = f"The result has {size} bytes: a reply can carry {limit}."
        raise OssError(Code.IMAGE_TOO_LARGE, message)
    key = ref.identity.key()
    if isinstance(body, bytes):
        results.put(key, body, ref.content_type)
    # In the URL, not in the object: another caller may choose other headers for these bytes.
    headers = {
        name: response.headers[name] for name in PRESIGNED_HEADERS if name in response.headers
    }
    return _redirect(response, results.presign(key, headers=headers))


def _fit_object(
    response: Response, stored: ObjectBody, limit: int, presigner: Presigner
) -> Response:
    with closing(stored.object):
        if stored.size > limit:
            address = presigner.presign(stored.object.info, overrides=stored.overrides)
            return _redirect(response, address)
        try:
            return replace(response, body=stored.object.read())
        except ObjectReplaced as error:
            # The headers describe the older version: only a new request can answer.
            message = "The object was replaced. Please try again."
            raise OssError(Code.SERVICE_UNAVAILABLE, message) from error


def _redirect(response: Response, location: str) -> Response:
    """Redirect to the store; the URL expires, so no cache may store the response."""
    oss_headers = {
        name: value
        for name, value in response.headers.items()
        if name.startswith("x-oss-") and name != wire.CRC64
    }
    headers = {**oss_headers, **NO_STORE, "location": location}
    return replace(response, status=302, headers=headers, body=b"")
