"""The main job: a picture out of the store, through a process, to the caller."""

import hashlib
from contextlib import closing
from dataclasses import dataclass, field

from darkroom import ENGINE
from darkroom.auth import ANONYMOUS, Caller
from darkroom.buckets import Bucket
from darkroom.errors import invalid
from darkroom.operations import canonical, compiled
from darkroom.pipeline import Result, run
from darkroom.ports import ObjectInfo
from darkroom.steps import Context, Operation
from darkroom.usecases.access import allow_object, allow_read, bucket_named
from darkroom.usecases.asked import looked_up
from darkroom.usecases.conditions import Conditions
from darkroom.usecases.consistency import of_one_version
from darkroom.usecases.marks import with_marks
from darkroom.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A request for a processed picture, in plain terms."""

    bucket: str
    key: str
    process: str
    version_id: str | None = None
    caller: Caller = ANONYMOUS
    conditions: Conditions = field(default_factory=Conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A result with the object that it was made from; no result when the caller has it."""

    source: ObjectInfo
    result: Result | None
    name: str
    """Of the result in a store: a pure function of source, process and engine (D7)."""


def render(rendering: Rendering, world: World, context: Context) -> Rendered:
    """Answer a processed picture; everything is checked before the object is asked for."""
    bucket = bucket_named(world, rendering.bucket)
    asked = looked_up(rendering.process, bucket, world)
    allow_read(bucket, rendering.key, rendering.caller, world, asked.use)
    process = asked.process
    if process.save is not None:
        raise invalid("x-oss-process", rendering.process, "sys/saveas is for POST requests")
    return made(bucket, rendering, compiled(process.actions), world, context)


def made(
    bucket: Bucket,
    rendering: Rendering,
    operations: tuple[Operation, ...],
    world: World,
    context: Context,
) -> Rendered:
    """Put the object through operations that are checked; of its access, its own ACL is left."""
    return of_one_version(lambda: _made(bucket, rendering, operations, world, context))


def _made(
    bucket: Bucket,
    rendering: Rendering,
    operations: tuple[Operation, ...],
    world: World,
    context: Context,
) -> Rendered:
    with context.stage("store"):
        source = world.objects.open(
            rendering.bucket, rendering.key, version_id=rendering.version_id
        )
    with closing(source):
        allow_object(bucket, rendering.caller, source.info)
        name = result_name(source.info, operations, upright=world.settings.auto_orient)
        if rendering.conditions.unmodified(source.info):
            return Rendered(source=source.info, result=None, name=name)
        context.limits.check_source_bytes(source.info.size)
        with context.stage("store"):
            data = source.read()
    steps = with_marks(context, rendering.bucket, world)
    result = run(data, operations, steps, upright=world.settings.auto_orient)
    return Rendered(source=source.info, result=result, name=name)


def result_name(source: ObjectInfo, operations: tuple[Operation, ...], *, upright: bool) -> str:
    """Name the result by everything that it follows from (D7)."""
    process = canonical(operations)
    parts = (source.bucket, source.key, source.etag, process, f"upright={upright}", ENGINE)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
