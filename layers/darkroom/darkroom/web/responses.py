"""Responses: header rules (spec 01 §6), and bodies over the reply limit."""

import base64
import re
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Protocol
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from darkroom.auth import Caller
from darkroom.errors import Code, Failure, OssError
from darkroom.http_dates import http_date
from darkroom.ports.objects import ObjectInfo, ObjectReplaced, Presigner, PutResult
from darkroom.ports.results import CachedResult, ResultStorage
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.ignored_errors import Original
from darkroom.usecases.objects import OpenedObject
from darkroom.usecases.render import RenderResult
from darkroom.web import wire, xml
from darkroom.web.http import NO_STORE, ObjectBody, Response, ResultRef, private_cache_control
from darkroom.web.object_headers import STORED_HEADERS, check_header_text
from darkroom.web.wire import QueryParameter

HSTS_SECONDS = 31_536_000
"""Seconds for which a browser asks this host over HTTPS only."""

MAX_ERROR_HEADER_BYTES = 4096
"""Bytes of an error in a header with all its details: servers limit headers."""

_CONTROLS = re.compile("[\x00-\x1f\x7f]")

VARY_ACCEPT = {"vary": "Accept"}
"""Keeps caches from giving a response to a client of another `Accept`."""

_PARTS = re.compile(r"-[0-9]+$")
"""The number of parts in the ETag that S3 gives an object of several."""

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
        check_header_text(name, value)
    return {name.removeprefix(wire.RESPONSE_PREFIX): value for name, value in chosen.items()}


def processed_response(rendered: RenderResult, overrides: Mapping[str, str]) -> Response:
    """Answer a result with its source's validators, without its checksum (C-30, spec 01 §6.1)."""
    headers = object_headers(rendered.source)
    if rendered.accepted is not None:
        headers |= VARY_ACCEPT
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


def original_response(
    original: Original, overrides: Mapping[str, str], reply_limit: int
) -> Response:
    """Answer a stored object in place of an error, which a header names (C-178)."""
    response = object_response(original.opened, overrides, reply_limit)
    vary = VARY_ACCEPT if original.negotiated else {}
    headers = {**response.headers, **vary, wire.PROCESS_ERROR: original.error_code}
    return replace(response, headers=headers)


def object_response(
    opened: OpenedObject, overrides: Mapping[str, str], reply_limit: int
) -> Response:
    """Answer a stored object, or a byte range of it."""
    info, byte_range = opened.info, opened.byte_range
    stored = {name: _sendable(value) for name, value in info.headers.items()}
    headers = {**object_headers(info), **stored, "accept-ranges": "bytes"}
    headers["etag"] = quoted_etag(info, reply_limit)
    if opened.not_modified:
        return Response(status=304, headers=headers)
    size = info.size if byte_range is None else byte_range.size
    headers |= {"content-type": _sendable(info.content_type), "content-length": str(size)}
    if byte_range is not None:
        headers["content-range"] = f"bytes {byte_range.first}-{byte_range.last}/{info.size}"
    if info.crc64 is not None:
        # Of the whole object, also with a range: the C++ SDK combines those of its parts.
        headers[wire.CRC64] = str(info.crc64)
    headers |= overrides
    status = 200 if byte_range is None else 206
    if opened.body is None:
        return Response(status=status, headers=headers)
    body = ObjectBody(object=opened.body, size=size, overrides=overrides)
    return Response(status=status, headers=headers, body=body)


def object_meta_response(info: ObjectInfo, reply_limit: int, *, head: bool) -> Response:
    """Answer size, ETag and date; only a HEAD can state a length and have no body."""
    headers = {**object_headers(info), "etag": quoted_etag(info, reply_limit)}
    names = ("etag", "last-modified", wire.VERSION_ID)
    length = {"content-length": str(info.size)} if head else {}
    return Response(
        status=200, headers=length | {name: headers[name] for name in names if name in headers}
    )


def object_type(etag: str) -> str:
    """Return the type of an object by its ETag; that of a variant by `Accept` ends in letters."""
    return "Multipart" if _PARTS.search(etag) else "Normal"


def object_headers(info: ObjectInfo) -> dict[str, str]:
    """Return the headers that describe an object."""
    headers = {
        "etag": f'"{info.etag}"',
        "last-modified": http_date(info.last_modified),
        wire.OBJECT_TYPE: object_type(info.etag),
        wire.STORAGE_CLASS: info.storage_class,
        **{wire.META_PREFIX + name: _sendable(text) for name, text in info.metadata.items()},
    }
    if info.version_id:
        headers[wire.VERSION_ID] = info.version_id
    if info.encryption is not None:
        headers[wire.ENCRYPTION] = info.encryption
    return headers


class HasEtag(Protocol):
    """An object with its ETag in OSS's spelling and in the store's."""

    @property
    def etag(self) -> str:
        """Upper-case hex."""

    @property
    def store_etag(self) -> str:
        """As the store writes it, empty where that is not known."""

    @property
    def size(self) -> int:
        """Bytes of the object."""


def quoted_etag(entry: HasEtag, reply_limit: int) -> str:
    """Return an object's ETag; one over the reply limit keeps the store's spelling (C-38).

    It is answered by a redirect to the store, which compares ETags literally.
    """
    redirected = entry.size > reply_limit and entry.store_etag
    return f'"{entry.store_etag if redirected else entry.etag}"'


def _sendable(value: str) -> str:
    """Return a stored header value; bytes that are not UTF-8 become Latin-1, which JSON can hold.

    Controls, which a store may return from encoded words, become blanks.
    """
    if any("\udc80" <= character <= "\udcff" for character in value):
        value = value.encode("utf-8", "surrogateescape").decode("latin-1")
    return _CONTROLS.sub(" ", value)


def put_headers(result: PutResult, reply_limit: int) -> dict[str, str]:
    """Return the headers that describe a stored object, as far as they are known."""
    headers = {"etag": quoted_etag(result, reply_limit)}
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
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
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
    response: Response,
    limit: int,
    *,
    presigner: Presigner,
    results: ResultStorage | None,
    streamed: bool = False,
) -> Response:
    """Read a stored body of at most `limit` bytes; redirect to S3 for a larger one (decision 009).

    An entry that streams reads the stored body itself, which is left open. A larger result is
    stored first. Raises `ImageTooLarge` where there is no result storage.
    """
    body = response.body
    if isinstance(body, ObjectBody):
        fits = streamed and body.size <= limit
        return response if fits else _fit_object(response, body, limit, presigner)
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
            info = stored.object.info
            overrides = {**_disposition_beyond_ascii(info), **stored.overrides}
            address = presigner.presign(info, overrides=overrides)
            return _redirect(response, address)
        try:
            return replace(response, body=stored.object.read())
        except ObjectReplaced as error:
            # The headers describe the older version: only a new request can answer.
            message = "The object was replaced. Please try again."
            raise OssError(Code.SERVICE_UNAVAILABLE, message) from error


def _disposition_beyond_ascii(info: ObjectInfo) -> Mapping[str, str]:
    """Return the header that the store is to write in ASCII: browsers read its bytes as Latin-1."""
    value = info.headers.get("content-disposition", "")
    return {} if value.isascii() else {"content-disposition": value}


def _redirect(response: Response, location: str) -> Response:
    """Redirect to the store; the URL expires, so no cache may store the response."""
    oss_headers = {
        name: value
        for name, value in response.headers.items()
        if name == "vary" or (name.startswith("x-oss-") and name != wire.CRC64)
    }
    headers = {**oss_headers, **NO_STORE, "location": location}
    return replace(response, status=302, headers=headers, body=b"")
