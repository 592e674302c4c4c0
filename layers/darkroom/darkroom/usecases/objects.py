"""Plain objects: read, list, store, copy, delete.

Callers are authorized for the bucket beforehand (`authorization.authorize`); whatever depends on
the object itself, including its ACL, is checked here.
"""

from collections.abc import Callable, Sequence
from functools import wraps

from msgspec import Struct, field
from msgspec.structs import replace

from darkroom.auth import ANONYMOUS, Caller
from darkroom.buckets import Acl, Bucket
from darkroom.errors import Code, OssError, file_already_exists
from darkroom.ports.bodies import Body
from darkroom.ports.objects import (
    KeyVersion,
    ListPage,
    ListQuery,
    ObjectAttributes,
    ObjectInfo,
    ObjectReplaced,
    OpenObject,
    PutResult,
    RangeSpec,
)
from darkroom.usecases.authorization import (
    authorize_object,
    authorize_read,
    require_admin,
)
from darkroom.usecases.byte_ranges import ByteRange, resolve, resolve_strict
from darkroom.usecases.preconditions import Preconditions
from darkroom.usecases.services import Services

READ_ATTEMPTS = 2

LAST_CHARACTER = "\U0010ffff"
"""Sorts after every character of a key."""


def retry_if_replaced[**P, T](attempt: Callable[P, T]) -> Callable[P, T]:
    """Call again if the object is replaced while it is read, so that no result mixes versions.

    Raises `ServiceUnavailable` if it is replaced each time.
    """

    @wraps(attempt)
    def retrying(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(READ_ATTEMPTS):
            try:
                return attempt(*args, **kwargs)
            except ObjectReplaced:
                continue
        message = "The object is being replaced. Please try again."
        raise OssError(Code.SERVICE_UNAVAILABLE, message)

    return retrying


class GetObjectRequest(Struct, frozen=True, kw_only=True):
    """Which object a caller requests, and how much of it."""

    bucket: Bucket
    key: str
    caller: Caller = ANONYMOUS
    version_id: str | None = None
    preconditions: Preconditions | None = None
    """None without a conditional header."""
    byte_range: RangeSpec | None = None
    clip_range: bool = False
    """Whether a range that ends after the object is clipped to it, instead of ignored."""


class OpenedObject(Struct, frozen=True, kw_only=True):
    """A stored object; without a body after a HEAD, and where the caller's copy is current."""

    info: ObjectInfo
    not_modified: bool
    body: OpenObject | None = None
    byte_range: ByteRange | None = None
    """Which bytes the body has; None for all."""


def open_object(request: GetObjectRequest, services: Services) -> OpenedObject:
    """Return an opened object, whose body must be closed after use."""
    _authorize(request, services)
    opened, byte_range = _open(request, services)
    try:
        authorize_object(request.bucket, request.caller, opened.info)
        not_modified = _is_not_modified(request, opened.info)
        _check_range(request, byte_range)
    except OssError:
        opened.close()
        raise
    if not_modified:
        opened.close()
        return OpenedObject(info=opened.info, not_modified=True)
    return OpenedObject(info=opened.info, not_modified=False, body=opened, byte_range=byte_range)


def _authorize(request: GetObjectRequest, services: Services) -> None:
    authorize_read(
        request.bucket, request.key, request.caller, services, version_id=request.version_id
    )


def _is_not_modified(request: GetObjectRequest, info: ObjectInfo) -> bool:
    return request.preconditions is not None and request.preconditions.evaluate(info)


def _check_range(request: GetObjectRequest, byte_range: ByteRange | None) -> None:
    """Refuse a range that the object does not have, where the range is to be clipped."""
    if byte_range is None and request.byte_range is not None and request.clip_range:
        raise OssError(Code.INVALID_RANGE)


def head_object(request: GetObjectRequest, services: Services) -> OpenedObject:
    """Return an object's header, without its bytes."""
    _authorize(request, services)
    info = services.objects.head(request.bucket.name, request.key, version_id=request.version_id)
    authorize_object(request.bucket, request.caller, info)
    return OpenedObject(info=info, not_modified=_is_not_modified(request, info))


def _open(request: GetObjectRequest, services: Services) -> tuple[OpenObject, ByteRange | None]:
    """Open the range if the object has it, otherwise the whole object."""
    if request.byte_range is not None:
        opened = _open_range(request, request.byte_range, services)
        if opened is not None:
            return opened
    whole = services.objects.open(request.bucket.name, request.key, version_id=request.version_id)
    return whole, None


def _open_range(
    request: GetObjectRequest, spec: RangeSpec, services: Services
) -> tuple[OpenObject, ByteRange] | None:
    """Request the range before the object's size is known: nearly always the object has it."""
    try:
        opened = services.objects.open(
            request.bucket.name, request.key, version_id=request.version_id, byte_range=spec
        )
    except OssError as error:
        if error.code is Code.INVALID_RANGE:
            return None
        raise
    choose = resolve if request.clip_range else resolve_strict
    byte_range = choose(spec, opened.info.size)
    if byte_range is None:
        opened.close()
        return None
    return opened, byte_range


def list_from_marker(bucket: str, query: ListQuery, marker: str, services: Services) -> ListPage:
    """List the entries after a key or common prefix; the page's own marker is a name as well."""
    page = services.lister.list(bucket, query, after=_after_marker(marker, query))
    return page if page.next_marker is None else replace(page, next_marker=_last_name(page))


def _after_marker(marker: str, query: ListQuery) -> str:
    """Skip all keys of a common prefix: the page that ended with it has listed them."""
    if not query.delimiter or not marker.startswith(query.prefix):
        return marker
    _, delimiter, tail = marker[len(query.prefix) :].partition(query.delimiter)
    return marker + LAST_CHARACTER if delimiter and not tail else marker


def _last_name(page: ListPage) -> str:
    names = [entry.key for entry in page.objects[-1:]] + list(page.prefixes[-1:])
    return max(names, key=str.encode)


class PutObjectRequest(Struct, frozen=True, kw_only=True):
    """An object to store, its body already checked."""

    key: str
    body: Body
    attributes: ObjectAttributes = field(default_factory=ObjectAttributes)
    overwrite: bool = True


def put_object(
    bucket: Bucket, request: PutObjectRequest, caller: Caller, services: Services
) -> PutResult:
    """Store an object; an ACL of its own requires the admin permission."""
    require_acl_permission(bucket, request.attributes, caller)
    return services.writer.put(
        bucket.name, request.key, request.body, request.attributes, overwrite=request.overwrite
    )


def require_acl_permission(bucket: Bucket, attributes: ObjectAttributes, caller: Caller) -> None:
    """Refuse an ACL of the object's own from callers without the admin permission."""
    if attributes.acl is not None:
        require_admin(bucket, caller)


def require_absent(bucket: Bucket, key: str, services: Services) -> None:
    """Raise `FileAlreadyExists` for an existing object."""
    try:
        services.objects.head(bucket.name, key)
    except OssError as error:
        if error.code is Code.NO_SUCH_KEY:
            return
        raise
    raise file_already_exists()


def delete_object(
    bucket: Bucket, key: str, services: Services, *, version_id: str | None = None
) -> None:
    """Delete an object; a missing one is no error."""
    services.writer.delete(bucket.name, key, version_id=version_id)


def delete_objects(
    bucket: Bucket, named: Sequence[KeyVersion], services: Services
) -> Sequence[KeyVersion]:
    """Delete up to 1000 objects or versions and return those that are gone, in their order."""
    return services.writer.delete_all(bucket.name, named)


def get_object_acl(bucket: Bucket, key: str, services: Services) -> Acl | None:
    """Return an object's own ACL, None where it inherits the bucket's."""
    return services.objects.head(bucket.name, key).acl


@retry_if_replaced
def put_object_acl(bucket: Bucket, key: str, acl: Acl | None, services: Services) -> None:
    """Set an object's own ACL by copying it onto itself: metadata cannot change in place."""
    info = services.objects.head(bucket.name, key)
    services.writer.copy(info, bucket.name, key, copied_attributes(info, acl=acl))


def get_tags(
    bucket: Bucket, key: str, services: Services, *, version_id: str | None = None
) -> Sequence[tuple[str, str]]:
    """Return the names and values of an object's tags."""
    return services.objects.tags(bucket.name, key, version_id=version_id)


def put_tags(bucket: Bucket, key: str, tags: Sequence[tuple[str, str]], services: Services) -> None:
    """Replace the tags of an object."""
    services.writer.put_tags(bucket.name, key, tags)


def copied_attributes(info: ObjectInfo, *, acl: Acl | None) -> ObjectAttributes:
    """Return an object's attributes with another ACL; the store copies the tags itself."""
    return ObjectAttributes(
        content_type=info.content_type,
        headers=info.headers,
        metadata=info.metadata,
        storage_class=info.storage_class,
        acl=acl,
    )


class CopyObjectRequest(Struct, frozen=True, kw_only=True):
    """Which object to copy to which key."""

    source: GetObjectRequest
    """With its preconditions and its caller."""
    key: str
    attributes: ObjectAttributes = field(default_factory=ObjectAttributes)
    """From the headers of the request."""
    copy_metadata: bool = True
    """Whether type, headers and metadata are the source's instead."""
    overwrite: bool = True


def copy_object(
    bucket: Bucket, request: CopyObjectRequest, caller: Caller, services: Services
) -> tuple[ObjectInfo, PutResult | None]:
    """Copy an object that the caller may read; the result is None where a precondition gives 304.

    The source's own ACL is not copied.
    """
    require_acl_permission(bucket, request.attributes, caller)
    return _copy(bucket, request, services)


@retry_if_replaced
def _copy(
    bucket: Bucket, request: CopyObjectRequest, services: Services
) -> tuple[ObjectInfo, PutResult | None]:
    source = head_object(request.source, services)
    if source.not_modified:
        return source.info, None
    result = services.writer.copy(
        source.info,
        bucket.name,
        request.key,
        _target_attributes(request, source.info),
        overwrite=request.overwrite,
    )
    return source.info, replace(result, size=source.info.size)


def _target_attributes(request: CopyObjectRequest, source: ObjectInfo) -> ObjectAttributes:
    if not request.copy_metadata:
        return request.attributes
    return replace(
        copied_attributes(source, acl=request.attributes.acl),
        storage_class=request.attributes.storage_class,
        tags=request.attributes.tags,
    )
