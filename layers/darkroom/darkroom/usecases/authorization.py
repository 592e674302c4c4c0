"""Who may do what (spec 01 §4, spec 04 §3).

A key without the permission, or of other buckets, is a stranger: it may what anyone may.
"""

from enum import Enum, auto

from darkroom.auth import Caller, Permission
from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError, no_such_bucket
from darkroom.ports import ObjectInfo
from darkroom.usecases.services import World

EC_PROTECTED = "0040-00000031"


class Use(Enum):
    """What a reader wants of an object; protection lets strangers see styled pictures only."""

    ORIGINAL = auto()
    PROCESSED = auto()
    STYLED = auto()


def bucket_named(world: World, name: str) -> Bucket:
    """Find a bucket; only listed ones exist."""
    bucket = world.buckets.find(name)
    if bucket is None:
        raise no_such_bucket(name)
    return bucket


def allow_read(
    bucket: Bucket, key: str, caller: Caller, world: World, use: Use = Use.ORIGINAL
) -> None:
    """Let the caller read an object, before anything is known of it.

    Only a stranger at a private bucket makes this ask the store: the object's own ACL may
    open it. That a key is missing there is not said.
    """
    if caller.may(Permission.READ, bucket.name):
        return
    if not bucket.acl.anyone_reads and not _opened_by_its_own_acl(bucket, key, world):
        raise _no_access_to_bucket(caller)
    if use is not Use.STYLED and bucket.protection.covers(key):
        raise OssError(
            Code.ACCESS_DENIED,
            "You are forbidden to access the original of this image. Ask for it with a style.",
            ec=EC_PROTECTED if use is Use.PROCESSED else None,
        )


def allow_object(bucket: Bucket, caller: Caller, info: ObjectInfo) -> None:
    """Let the caller have the object that `allow_read` let it ask for: its own ACL counts.

    What was found may be another version than the one that `allow_read` looked at, so the
    bucket's ACL counts again where it has none.
    """
    acl = bucket.acl if info.acl is None else info.acl
    if acl.anyone_reads or caller.may(Permission.READ, bucket.name):
        return
    if caller.anonymous:
        raise OssError(Code.ACCESS_DENIED, "Anonymous user has no right to access this object.")
    raise OssError(Code.ACCESS_DENIED, "You do not have read permission on this object.")


def visible(caller: Caller, world: World) -> list[str]:
    """Name the buckets that the caller's key is for, in order."""
    if caller.anonymous:
        raise OssError(Code.ACCESS_DENIED, "Anonymous user has no right to list buckets.")
    names = sorted(world.settings.buckets)
    return [name for name in names if any(caller.may(p, name) for p in Permission)]


def allow_list(bucket: Bucket, caller: Caller) -> None:
    """Let keys of the bucket see what is in it, and nobody else: names are no public matter."""
    if not caller.may(Permission.READ, bucket.name):
        raise _no_access_to_bucket(caller)


def allow_write(bucket: Bucket, caller: Caller) -> None:
    """Let the caller store and delete objects."""
    if not bucket.acl.anyone_writes and not caller.may(Permission.WRITE, bucket.name):
        raise _no_access_to_bucket(caller)


def writable(world: World, name: str, caller: Caller) -> Bucket:
    """Find a bucket whose objects the caller may store and delete."""
    bucket = bucket_named(world, name)
    allow_write(bucket, caller)
    return bucket


def listable(world: World, name: str, caller: Caller) -> Bucket:
    """Find a bucket whose objects the caller may list."""
    bucket = bucket_named(world, name)
    allow_list(bucket, caller)
    return bucket


def administered(world: World, name: str, caller: Caller) -> Bucket:
    """Find a bucket whose styles and settings the caller may see and change."""
    bucket = bucket_named(world, name)
    allow_administration(bucket, caller)
    return bucket


def allow_administration(bucket: Bucket, caller: Caller) -> None:
    """Let the caller see and change styles and settings."""
    if not caller.may(Permission.ADMIN, bucket.name):
        raise _no_access_to_bucket(caller)


def _opened_by_its_own_acl(bucket: Bucket, key: str, world: World) -> bool:
    try:
        acl = world.objects.head(bucket.name, key).acl
    except OssError as error:
        if error.ours:
            raise
        return False
    return acl is not None and acl.anyone_reads


def _no_access_to_bucket(caller: Caller) -> OssError:
    if caller.anonymous:
        return OssError(Code.ACCESS_DENIED, "Anonymous user has no right to access this bucket.")
    return OssError(
        Code.ACCESS_DENIED, "You have no right to access this object because of bucket acl."
    )
