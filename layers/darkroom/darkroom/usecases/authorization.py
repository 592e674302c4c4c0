"""Authorization of requests by access keys and ACLs (spec 01 §4, spec 04 §3).

Access (`Access`) is what a route requires of its caller. A permission (`Permission`) belongs to an
access key, on its buckets. A right to read or write is either such a permission or granted to every
caller by an ACL: a key without the permission on a bucket has the rights of anonymous callers.
"""

from enum import Enum, auto

from darkroom.auth import Caller, Permission
from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError, no_such_bucket
from darkroom.ports.objects import ObjectInfo
from darkroom.usecases.services import Services

EC_PROTECTED = "0040-00000031"


class Access(Enum):
    """The access that a request requires of its caller, on the bucket that it is addressed to."""

    NONE = auto()
    """The request is refused for every caller."""
    READ_OBJECT = auto()
    """Checked by `authorize_read` and `authorize_object`: the object's own ACL counts too."""
    STORE_RESULT = auto()
    """Any key; the use case checks its rights on the source and on the target's bucket."""
    READ_TASKS = auto()
    """A key with the read permission; the bucket's ACL does not open its tasks."""
    LIST = auto()
    """A key with the read permission: listing always needs a key."""
    WRITE = auto()
    ADMIN = auto()
    """To read and change styles, settings and ACLs."""
    LIST_BUCKETS = auto()
    """Any key; the list has the buckets that it has a permission for."""
    CREATE_BUCKET = auto()
    """The admin permission where the bucket exists; any key where it does not."""
    CHANGE_BUCKETS = auto()
    """Any key; the handler then refuses, since buckets belong to the deployment."""


_ANY_KEY = {
    Access.LIST_BUCKETS: "Anonymous user has no right to list buckets.",
    Access.CHANGE_BUCKETS: None,
}
"""Access that every key has, with the message for anonymous callers."""


class ReadPurpose(Enum):
    """Purpose of reading an object; source protection allows anonymous callers styles only."""

    ORIGINAL = auto()
    PROCESSED = auto()
    STYLED = auto()


def authorize(access: Access, bucket: Bucket | None, name: str, caller: Caller) -> None:
    """Refuse a caller who lacks the access that a request requires on the named bucket.

    Raises `NoSuchBucket` where the access needs a bucket that the service does not have.
    """
    if access is Access.NONE:
        return
    if access in _ANY_KEY or (access is Access.CREATE_BUCKET and bucket is None):
        if caller.anonymous:
            raise OssError(Code.ACCESS_DENIED, _ANY_KEY.get(access))
    elif bucket is None:
        raise no_such_bucket(name)
    else:
        _authorize_in_bucket(access, bucket, caller)


def _authorize_in_bucket(access: Access, bucket: Bucket, caller: Caller) -> None:
    match access:
        case Access.WRITE:
            require_write(bucket, caller)
        case Access.ADMIN | Access.CREATE_BUCKET:
            require_admin(bucket, caller)
        case Access.LIST if not caller.may(Permission.READ, bucket.name):
            raise _bucket_access_denied(caller)
        case Access.READ_TASKS if not caller.may(Permission.READ, bucket.name):
            raise OssError(Code.ACCESS_DENIED)
        case Access.STORE_RESULT if caller.anonymous:
            message = "Anonymous user has no right to store a result."
            raise OssError(Code.ACCESS_DENIED, message)


def get_bucket(services: Services, name: str) -> Bucket:
    """Return a bucket with its settings; raises `NoSuchBucket` for one that is not configured."""
    bucket = services.buckets.find(name)
    if bucket is None:
        raise no_such_bucket(name)
    return bucket


def authorize_read(
    bucket: Bucket,
    key: str,
    caller: Caller,
    services: Services,
    purpose: ReadPurpose = ReadPurpose.ORIGINAL,
) -> None:
    """Refuse a caller who may not read an object, before the object is opened.

    Reads the object's header only for a caller without the right to read a private bucket: the
    object's own ACL may allow it. The error does not reveal whether the key exists.
    """
    if bucket.acl.anyone_reads and not bucket.protection.enabled:
        return
    if caller.may(Permission.READ, bucket.name):
        return
    if not bucket.acl.anyone_reads and not _object_acl_allows_read(bucket, key, services):
        raise _bucket_access_denied(caller)
    if purpose is not ReadPurpose.STYLED and bucket.protection.covers(key):
        raise OssError(
            Code.ACCESS_DENIED,
            "You are forbidden to access the original of this image. Ask for it with a style.",
            ec=EC_PROTECTED if purpose is ReadPurpose.PROCESSED else None,
        )


def authorize_object(bucket: Bucket, caller: Caller, info: ObjectInfo) -> None:
    """Refuse a caller whom the object's own ACL excludes, after the object is opened.

    The version may differ from the one that `authorize_read` checked, so the bucket's ACL counts
    again where the object has none.
    """
    acl = bucket.acl if info.acl is None else info.acl
    if acl.anyone_reads or caller.may(Permission.READ, bucket.name):
        return
    if caller.anonymous:
        raise OssError(Code.ACCESS_DENIED, "Anonymous user has no right to access this object.")
    raise OssError(Code.ACCESS_DENIED, "You do not have read permission on this object.")


def accessible_buckets(caller: Caller, services: Services) -> list[str]:
    """Return the names of the buckets that the caller has any permission for, sorted."""
    names = sorted(services.settings.buckets)
    return [name for name in names if any(caller.may(p, name) for p in Permission)]


def require_write(bucket: Bucket, caller: Caller) -> None:
    """Refuse a caller who may not store and delete objects of the bucket."""
    if not bucket.acl.anyone_writes and not caller.may(Permission.WRITE, bucket.name):
        raise _bucket_access_denied(caller)


def require_write_permission(bucket: Bucket, caller: Caller) -> None:
    """Refuse a key without the write permission, also where the ACL lets everyone write.

    For what stores objects later, without its author: the ACL may have changed by then.
    """
    if not caller.may(Permission.WRITE, bucket.name):
        raise _bucket_access_denied(caller)


def require_admin(bucket: Bucket, caller: Caller) -> None:
    """Refuse a caller who may not read and change styles, settings and ACLs of the bucket."""
    if not caller.may(Permission.ADMIN, bucket.name):
        raise _bucket_access_denied(caller)


def _object_acl_allows_read(bucket: Bucket, key: str, services: Services) -> bool:
    try:
        acl = services.objects.head(bucket.name, key).acl
    except OssError as error:
        if error.is_server_error:
            raise
        return False
    return acl is not None and acl.anyone_reads


def _bucket_access_denied(caller: Caller) -> OssError:
    if caller.anonymous:
        return OssError(Code.ACCESS_DENIED, "Anonymous user has no right to access this bucket.")
    return OssError(
        Code.ACCESS_DENIED, "You have no right to access this object because of bucket acl."
    )
