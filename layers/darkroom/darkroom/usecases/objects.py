"""Plain objects: as they are stored."""

from dataclasses import dataclass

from darkroom.errors import OssError
from darkroom.ports import ObjectInfo, OpenObject
from darkroom.usecases.access import allow_anonymous_read, bucket_named
from darkroom.usecases.conditions import Conditions
from darkroom.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A stored object; without a body when its header was all, or all that is needed."""

    info: ObjectInfo
    unmodified: bool
    body: OpenObject | None = None


def fetch(bucket: str, key: str, conditions: Conditions, world: World) -> Fetched:
    """Open an object; the caller closes it."""
    allow_anonymous_read(bucket_named(world, bucket))
    opened = world.objects.open(bucket, key)
    try:
        unmodified = conditions.unmodified(opened.info)
    except OssError:
        opened.close()
        raise
    if unmodified:
        opened.close()
        return Fetched(info=opened.info, unmodified=True)
    return Fetched(info=opened.info, unmodified=False, body=opened)


def describe(bucket: str, key: str, conditions: Conditions, world: World) -> Fetched:
    """Ask for an object's header alone."""
    allow_anonymous_read(bucket_named(world, bucket))
    info = world.objects.head(bucket, key)
    return Fetched(info=info, unmodified=conditions.unmodified(info))
