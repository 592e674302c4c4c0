"""Storing, changing and removing objects."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from darkroom.auth import Caller
from darkroom.buckets import Acl, Bucket
from darkroom.ports import Attributes, ObjectInfo, Written
from darkroom.usecases.access import administered, allow_administration, writable
from darkroom.usecases.consistency import of_one_version
from darkroom.usecases.world import World


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
