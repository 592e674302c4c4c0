"""Copying objects, within a bucket and from one to another."""

from dataclasses import dataclass, field, replace

from darkroom.auth import Caller
from darkroom.buckets import Bucket
from darkroom.ports import Attributes, ObjectInfo, Written
from darkroom.usecases.consistency import of_one_version
from darkroom.usecases.objects import Reading, describe
from darkroom.usecases.storing import allow_acl, attributes_of
from darkroom.usecases.world import World


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
