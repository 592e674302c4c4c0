"""Authorization of requests by access keys and ACLs (spec 01 §4, spec 04 §3).

Access (`Access`) is what a route requires of its caller. A permission (`Permission`) belongs to an
access key, on its buckets. A right to read or write is either such a permission or granted to every
caller by an ACL: a key without the permission on a bucket has the rights of anonymous callers.
"""

from enum import Enum, auto

from msgspec import Struct

from darkroom.auth import Caller, Permission
from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError, no_such_bucket, no_such_key
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
    *,
    version_id: str | None = None,
) -> None:
    """Refuse a caller who may not read an object, before the object is opened.

    Reads the object's header only for a caller without the read permission, in a private bucket or
    for a version by its id: the ACL of the current version counts. The error does not reveal
    whether the key exists.
    """
    if bucket.acl.anyone_reads and not bucket.protection.enabled and version_id is None:
        return
    if caller.may(Permission.READ, bucket.name):
        return
    if not bucket.acl.anyone_reads and not _current_version_allows_read(bucket, key, services):
        raise _bucket_access_denied(caller)
    if purpose is not ReadPurpose.STYLED and bucket.protection.covers(key):
        if purpose is ReadPurpose.PROCESSED:
            message = "The channel can be only accessed using style."
            raise OssError(Code.ACCESS_DENIED, message, ec=EC_PROTECTED)
        raise OssError(Code.ACCESS_DENIED, "Forbidden access to the original image.")
    if (
        bucket.acl.anyone_reads
        and version_id is not None
        and not _current_version_allows_read(bucket, key, services)
    ):
        # An object is closed by a new version: those before it keep the ACL that they had.
        raise _object_access_denied(caller)


def authorize_object(bucket: Bucket, caller: Caller, info: ObjectInfo) -> None:
    """Refuse a caller whom the object's own ACL excludes, after the object is opened.

    The version may differ from the one that `authorize_read` checked, so the bucket's ACL counts
    again where the object has none.
    """
    if not _acl_allows_read(bucket, info) and not caller.may(Permission.READ, bucket.name):
        raise _object_access_denied(caller)


def anyone_may_read(bucket: Bucket, info: ObjectInfo, purpose: ReadPurpose) -> bool:
    """Return whether ACLs and protection allow every caller to read an opened object."""
    if not _acl_allows_read(bucket, info):
        return False
    if purpose is ReadPurpose.STYLED or not bucket.protection.enabled:
        return True
    return not bucket.protection.covers(info.key)


class MarkRights(Struct, frozen=True, kw_only=True):
    """The rights with which the watermark objects of one process are read (C-21, C-156).

    A style reads them with the service's right, an inline process with its caller's.
    """

    bucket: Bucket
    caller: Caller
    purpose: ReadPurpose

    @property
    def unrestricted(self) -> bool:
        """Whether every object of the bucket may be read."""
        return self.purpose is ReadPurpose.STYLED or self.caller.may(
            Permission.READ, self.bucket.name
        )

    def require_read(self, info: ObjectInfo) -> None:
        """Refuse an object that its reader may not read, with the error for a missing one."""
        if not self.unrestricted and not self.open_to_all(info):
            raise no_such_key(info.key)

    def open_to_all(self, info: ObjectInfo) -> bool:
        """Return whether the same process of any other caller may read the object."""
        return self.purpose is ReadPurpose.STYLED or anyone_may_read(
            self.bucket, info, self.purpose
        )


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


def _current_version_allows_read(bucket: Bucket, key: str, services: Services) -> bool:
    try:
        return _acl_allows_read(bucket, services.objects.head(bucket.name, key))
    except OssError as error:
        if error.is_server_error:
            raise
        return False


def _acl_allows_read(bucket: Bucket, info: ObjectInfo) -> bool:
    return (bucket.acl if info.acl is None else info.acl).anyone_reads


def _object_access_denied(caller: Caller) -> OssError:
    if caller.anonymous:
        return OssError(Code.ACCESS_DENIED, "Anonymous user has no right to access this object.")
    return OssError(Code.ACCESS_DENIED, "You do not have read permission on this object.")


def _bucket_access_denied(caller: Caller) -> OssError:
    if caller.anonymous:
        return OssError(Code.ACCESS_DENIED, "Anonymous user has no right to access this bucket.")
    return OssError(
        Code.ACCESS_DENIED, "You have no right to access this object because of bucket acl."
    )
