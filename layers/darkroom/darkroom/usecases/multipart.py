"""Uploads in parts: an object that is too large for one request."""

from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import pairwise

from darkroom.auth import Caller
from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.ports import Attributes, Written
from darkroom.ports.listing import Listing
from darkroom.ports.multipart import UploadedPart, UploadPage, UploadRef, Uploads
from darkroom.usecases.objects import Reading, allow_acl, fetch, of_one_version
from darkroom.usecases.services import World

MOST_COPIED = 64 * 1024 * 1024
"""Bytes of another object that become a part at once: they pass through memory."""

type Named = tuple[int, str]
"""Number and ETag of a part, by which a caller means it."""


def begin(bucket: Bucket, key: str, attributes: Attributes, caller: Caller, world: World) -> str:
    """Open an upload to a bucket that the caller may write to."""
    allow_acl(bucket, attributes, caller)
    return _uploads(world).begin(bucket.name, key, attributes)


def put_part(upload: UploadRef, number: int, body: bytes, world: World) -> Written:
    """Keep a part."""
    return _uploads(world).parts.put(upload, number, body)


def copy_part(upload: UploadRef, number: int, source: Reading, world: World) -> Written:
    """Keep some bytes of an object that the caller may read as a part."""
    return of_one_version(lambda: _copied_part(upload, number, source, world))


def _copied_part(upload: UploadRef, number: int, source: Reading, world: World) -> Written:
    fetched = fetch(source, world)
    if fetched.body is None:
        raise OssError(Code.PRECONDITION_FAILED)
    with closing(fetched.body):
        if source.span is not None and fetched.part is None:
            raise OssError(Code.INVALID_RANGE)
        size = fetched.info.size if fetched.part is None else fetched.part.size
        if size > MOST_COPIED:
            message = f"{size} bytes exceed the {MOST_COPIED} that one part may be copied of."
            raise OssError(Code.ENTITY_TOO_LARGE, message)
        return put_part(upload, number, fetched.body.read(), world)


def complete(
    upload: UploadRef,
    named: Sequence[Named] | None,
    world: World,
    *,
    overwrite: bool,
    remaining: Callable[[], float],
) -> Written:
    """Make the object of the parts named, or of all when none are."""
    uploads = _uploads(world)
    there = uploads.parts.list(upload)
    parts = there if named is None else _chosen(named, there)
    if not parts:
        raise OssError(Code.INVALID_PART)
    return uploads.complete(upload, parts, overwrite=overwrite, remaining=remaining)


def _chosen(named: Sequence[Named], there: Sequence[UploadedPart]) -> Sequence[UploadedPart]:
    numbers = [number for number, _ in named]
    if any(second <= first for first, second in pairwise(numbers)):
        raise OssError(Code.INVALID_PART_ORDER)
    known = {(part.number, part.etag): part for part in there}
    if not all(name in known for name in named):
        raise OssError(Code.INVALID_PART)
    return [known[name] for name in named]


def abort(upload: UploadRef, world: World) -> None:
    """Forget an upload."""
    _uploads(world).abort(upload)


def parts_of(upload: UploadRef, world: World) -> Sequence[UploadedPart]:
    """Give the parts that are there, by number."""
    return _uploads(world).parts.list(upload)


def list_uploads(
    bucket: Bucket, listing: Listing, after: tuple[str, str], world: World
) -> UploadPage:
    """List the uploads to a bucket that the caller may list."""
    return _uploads(world).list(bucket.name, listing, after=after)


def _uploads(world: World) -> Uploads:
    if world.uploads is None:
        message = "Uploads in parts need a results bucket: this deployment has none."
        raise OssError(Code.NOT_IMPLEMENTED, message)
    return world.uploads
