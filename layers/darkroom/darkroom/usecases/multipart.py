"""Multipart uploads: objects that are too large for one request."""

from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import pairwise

from msgspec.structs import replace

from darkroom.auth import Caller
from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.ports.bodies import Body
from darkroom.ports.multipart import MultipartStore, UploadedPart, UploadPage, UploadRef
from darkroom.ports.objects import ListQuery, ObjectAttributes, PutResult
from darkroom.usecases.objects import (
    GetObjectRequest,
    open_object,
    require_absent,
    require_acl_permission,
    retry_if_replaced,
)
from darkroom.usecases.services import Services

MAX_COPIED_BYTES = 64 * 1024 * 1024
"""Bytes of another object that one part may copy: they pass through memory."""

EC_EXISTS_AT_THE_END = "0042-00000214"

type PartRef = tuple[int, str]
"""Number and ETag of a part, as a caller names it."""


def initiate(
    bucket: Bucket,
    key: str,
    attributes: ObjectAttributes,
    caller: Caller,
    services: Services,
    *,
    overwrite: bool,
) -> str:
    """Open an upload and return its id; an ACL requires the admin permission.

    Raises `FileAlreadyExists` where the object must not be replaced: before any part is sent.
    """
    require_acl_permission(bucket, attributes, caller)
    uploads = _multipart_store(services)
    if not overwrite:
        require_absent(bucket, key, services)
    return uploads.initiate(bucket.name, key, attributes, overwrite=overwrite)


def upload_part(upload: UploadRef, number: int, body: Body, services: Services) -> PutResult:
    """Store a part of an open upload."""
    return _multipart_store(services).parts.put(upload, number, body)


@retry_if_replaced
def upload_part_copy(
    upload: UploadRef, number: int, source: GetObjectRequest, services: Services
) -> PutResult:
    """Store bytes of an object that the caller may read as a part."""
    opened = open_object(source, services)
    if opened.body is None:
        raise OssError(Code.PRECONDITION_FAILED)
    with closing(opened.body):
        if source.byte_range is not None and opened.byte_range is None:
            raise OssError(Code.INVALID_RANGE)
        size = opened.info.size if opened.byte_range is None else opened.byte_range.size
        if size > MAX_COPIED_BYTES:
            message = f"{size} bytes exceed the {MAX_COPIED_BYTES} that one part may be copied of."
            raise OssError(Code.ENTITY_TOO_LARGE, message)
        return upload_part(upload, number, opened.body.read(), services)


def complete(
    upload: UploadRef,
    chosen: Sequence[PartRef] | None,
    services: Services,
    *,
    overwrite: bool,
    remaining: Callable[[], float],
) -> PutResult:
    """Create the object from the named parts, or from all where `chosen` is None."""
    uploads = _multipart_store(services)
    stored = uploads.parts.list(upload)
    parts = stored if chosen is None else _select_parts(chosen, stored)
    if not parts:
        raise OssError(Code.INVALID_PART)
    try:
        joined = uploads.complete(upload, parts, overwrite=overwrite, remaining=remaining)
    except OssError as error:
        if error.code is Code.FILE_ALREADY_EXISTS:
            raise OssError(error.code, ec=EC_EXISTS_AT_THE_END) from error
        raise
    return replace(joined, size=sum(part.size for part in parts))


def _select_parts(
    chosen: Sequence[PartRef], stored: Sequence[UploadedPart]
) -> Sequence[UploadedPart]:
    numbers = [number for number, _ in chosen]
    if any(second <= first for first, second in pairwise(numbers)):
        raise OssError(Code.INVALID_PART_ORDER)
    known = {(part.number, part.etag): part for part in stored}
    if not all(name in known for name in chosen):
        raise OssError(Code.INVALID_PART)
    return [known[name] for name in chosen]


def abort(upload: UploadRef, services: Services) -> None:
    """Discard an upload and its parts."""
    _multipart_store(services).abort(upload)


def list_parts(upload: UploadRef, services: Services) -> Sequence[UploadedPart]:
    """Return all stored parts, by number."""
    return _multipart_store(services).parts.list(upload)


def list_uploads(
    bucket: Bucket, listing: ListQuery, after: tuple[str, str], services: Services
) -> UploadPage:
    """Return a page of the open uploads, after a key and an upload id."""
    return _multipart_store(services).list(bucket.name, listing, after=after)


def _multipart_store(services: Services) -> MultipartStore:
    if services.multipart is None:
        message = "Uploads in parts need a results bucket: this deployment has none."
        raise OssError(Code.NOT_IMPLEMENTED, message)
    return services.multipart
