"""Plain objects: as they are stored."""

from dataclasses import dataclass

from darkroom.auth import Caller
from darkroom.errors import OssError
from darkroom.ports import ObjectInfo, OpenObject
from darkroom.usecases.access import allow_object, allow_read, bucket_named
from darkroom.usecases.conditions import Conditions
from darkroom.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A stored object; without a body when its header was all, or all that is needed."""

    info: ObjectInfo
    unmodified: bool
    body: OpenObject | None = None


def fetch(name: str, key: str, conditions: Conditions, caller: Caller, world: World) -> Fetched:
    """Open an object; the caller closes it."""
    bucket = bucket_named(world, name)
    allow_read(bucket, key, caller, world)
    opened = world.objects.open(name, key)
    try:
        allow_object(bucket, caller, opened.info)
        unmodified = conditions.unmodified(opened.info)
    except OssError:
        opened.close()
        raise
    if unmodified:
        opened.close()
        return Fetched(info=opened.info, unmodified=True)
    return Fetched(info=opened.info, unmodified=False, body=opened)


def describe(name: str, key: str, conditions: Conditions, caller: Caller, world: World) -> Fetched:
    """Ask for an object's header alone."""
    bucket = bucket_named(world, name)
    allow_read(bucket, key, caller, world)
    info = world.objects.head(name, key)
    allow_object(bucket, caller, info)
    return Fetched(info=info, unmodified=conditions.unmodified(info))
