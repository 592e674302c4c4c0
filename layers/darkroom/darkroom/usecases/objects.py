"""Plain objects: read, list, store, copy, delete."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from darkroom.auth import ANONYMOUS, Caller
from darkroom.buckets import Acl, Bucket
from darkroom.errors import Code, OssError
from darkroom.ports import Attributes, ObjectInfo, OpenObject, Replaced, Span, Written
from darkroom.ports.listing import Listing, Page
from darkroom.usecases.authorization import (
    administered,
    allow_administration,
    allow_object,
    allow_read,
    bucket_named,
    writable,
)
from darkroom.usecases.byte_ranges import Part, clipped_part_of, part_of
from darkroom.usecases.preconditions import Conditions
from darkroom.usecases.services import World

ATTEMPTS = 2


def of_one_version[T](attempt: Callable[[], T]) -> T:
    """Try again when the object is replaced while it is read: the newer one is as good.

    Raises `ServiceUnavailable` when it is replaced again and again.
    """
    for _ in range(ATTEMPTS):
        try:
            return attempt()
        except Replaced:
            continue
    raise OssError(Code.SERVICE_UNAVAILABLE, "The object is being replaced. Please try again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a caller wants of which object."""

    bucket: str
    key: str
    caller: Caller = ANONYMOUS
    version_id: str | None = None
    conditions: Conditions = field(default_factory=Conditions)
    span: Span | None = None
    clipped: bool = False
    """Whether a span beyond the end is cut to what is there, instead of meaning everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A stored object; without a body when its header was all, or all that is needed."""

    info: ObjectInfo
    unmodified: bool
    body: OpenObject | None = None
    part: Part | None = None
    """What the body is of the object; None is all of it."""


def fetch(reading: Reading, world: World) -> Fetched:
    """Open an object; the caller closes it."""
    bucket = bucket_named(world, reading.bucket)
    allow_read(bucket, reading.key, reading.caller, world)
    opened, part = _opened(reading, world)
    try:
        allow_object(bucket, reading.caller, opened.info)
        unmodified = reading.conditions.unmodified(opened.info)
        _check_part(part, reading)
    except OssError:
        opened.close()
        raise
    if unmodified:
        opened.close()
        return Fetched(info=opened.info, unmodified=True)
    return Fetched(info=opened.info, unmodified=False, body=opened, part=part)


def _check_part(part: Part | None, reading: Reading) -> None:
    if part is None and reading.span is not None and reading.clipped:
        raise OssError(Code.INVALID_RANGE)


def describe(reading: Reading, world: World) -> Fetched:
    """Ask for an object's header alone."""
    bucket = bucket_named(world, reading.bucket)
    allow_read(bucket, reading.key, reading.caller, world)
    info = world.objects.head(reading.bucket, reading.key, version_id=reading.version_id)
    allow_object(bucket, reading.caller, info)
    return Fetched(info=info, unmodified=reading.conditions.unmodified(info))


def _opened(reading: Reading, world: World) -> tuple[OpenObject, Part | None]:
    """Open the part if it is there, and the whole object if it is not."""
    if reading.span is not None:
        opened = _opened_part(reading, reading.span, world)
        if opened is not None:
            return opened
    whole = world.objects.open(reading.bucket, reading.key, version_id=reading.version_id)
    return whole, None


def _opened_part(reading: Reading, span: Span, world: World) -> tuple[OpenObject, Part] | None:
    """Ask for the part before the size is known: nearly always it is there."""
    try:
        opened = world.objects.open(
            reading.bucket, reading.key, version_id=reading.version_id, span=span
        )
    except OssError as error:
        if error.code is Code.INVALID_RANGE:
            return None
        raise
    choose = clipped_part_of if reading.clipped else part_of
    part = choose(span, opened.info.size)
    if part is None:
        opened.close()
        return None
    return opened, part


LAST = "\U0010ffff"
"""Sorts behind every character that a key has."""


def list_after(bucket: str, listing: Listing, marker: str, world: World) -> Page:
    """List what comes after a key or shared beginning; the page goes on by marker as well."""
    page = world.lister.list(bucket, listing, after=_behind(marker, listing))
    return page if page.onward is None else replace(page, onward=_last(page))


def _behind(marker: str, listing: Listing) -> str:
    """Skip all keys of a shared beginning: a page that ends with one has shown them."""
    if not listing.delimiter or not marker.startswith(listing.prefix):
        return marker
    _, delimiter, tail = marker[len(listing.prefix) :].partition(listing.delimiter)
    return marker + LAST if delimiter and not tail else marker


def _last(page: Page) -> str:
    names = [entry.key for entry in page.objects[-1:]] + list(page.prefixes[-1:])
    return max(names, key=str.encode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An object to be stored, its body checked."""

    key: str
    body: bytes
    attributes: Attributes = field(default_factory=Attributes)
    overwrite: bool = True


def store(bucket: Bucket, upload: Upload, caller: Caller, world: World) -> Written:
    """Store an object in a bucket that the caller may write to."""
    allow_acl(bucket, upload.attributes, caller)
    return world.writer.put(
        bucket.name, upload.key, upload.body, upload.attributes, overwrite=upload.overwrite
    )


def allow_acl(bucket: Bucket, attributes: Attributes, caller: Caller) -> None:
    """Let only who administers the bucket give an object an ACL of its own."""
    if attributes.acl is not None:
        allow_administration(bucket, caller)


def remove(
    name: str, key: str, caller: Caller, world: World, *, version_id: str | None = None
) -> None:
    """Remove an object, there or not."""
    writable(world, name, caller)
    world.writer.delete(name, key, version_id=version_id)


def remove_all(bucket: Bucket, keys: Sequence[str], world: World) -> Sequence[str]:
    """Remove up to 1000 objects of a bucket that the caller may write to."""
    return world.writer.delete_all(bucket.name, keys)


def object_acl(name: str, key: str, caller: Caller, world: World) -> Acl | None:
    """Tell an object's own ACL to who administers its bucket."""
    administered(world, name, caller)
    return world.objects.head(name, key).acl


def set_object_acl(name: str, key: str, acl: Acl | None, caller: Caller, world: World) -> None:
    """Change an object's own ACL, for who administers its bucket.

    Metadata cannot be changed in place: the object is copied onto itself.
    """
    administered(world, name, caller)

    def change() -> None:
        info = world.objects.head(name, key)
        world.writer.copy(info, name, key, attributes_of(info, acl=acl))

    of_one_version(change)


def attributes_of(info: ObjectInfo, *, acl: Acl | None) -> Attributes:
    """Give an object's attributes with another ACL; its tags stay with a copy by themselves."""
    return Attributes(
        content_type=info.content_type,
        headers=info.headers,
        metadata=info.metadata,
        storage_class=info.storage_class,
        acl=acl,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying:
    """Which object becomes which other one."""

    source: Reading
    """With the conditions on it, and the caller."""
    key: str
    attributes: Attributes = field(default_factory=Attributes)
    """What is asked for in the request."""
    keeps: bool = True
    """Whether type, headers and metadata are the source's instead."""
    overwrite: bool = True


def copy(
    bucket: Bucket, copying: Copying, caller: Caller, world: World
) -> tuple[ObjectInfo, Written | None]:
    """Copy into a bucket that the caller may write to; nothing when a condition says so.

    The caller needs the right to read the source, and its own ACL never comes along.
    """
    allow_acl(bucket, copying.attributes, caller)
    return of_one_version(lambda: _copied(bucket, copying, world))


def _copied(bucket: Bucket, copying: Copying, world: World) -> tuple[ObjectInfo, Written | None]:
    found = describe(copying.source, world)
    if found.unmodified:
        return found.info, None
    written = world.writer.copy(
        found.info,
        bucket.name,
        copying.key,
        _attributes(copying, found.info),
        overwrite=copying.overwrite,
    )
    return found.info, written


def _attributes(copying: Copying, source: ObjectInfo) -> Attributes:
    if not copying.keeps:
        return copying.attributes
    return replace(
        attributes_of(source, acl=copying.attributes.acl),
        storage_class=copying.attributes.storage_class,
        tags=copying.attributes.tags,
    )
