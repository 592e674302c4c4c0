"""Reading plain objects: as they are stored."""

from dataclasses import dataclass, field

from darkroom.auth import ANONYMOUS, Caller
from darkroom.errors import Code, OssError
from darkroom.ports import ObjectInfo, OpenObject, Span
from darkroom.usecases.access import allow_object, allow_read, bucket_named
from darkroom.usecases.conditions import Conditions
from darkroom.usecases.parts import Part, clipped_part_of, part_of
from darkroom.usecases.world import World


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
