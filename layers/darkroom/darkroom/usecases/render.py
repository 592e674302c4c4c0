"""The main job: a picture out of the store, through a process, to the caller."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from darkroom import ENGINE
from darkroom.auth import ANONYMOUS, Caller
from darkroom.buckets import Bucket
from darkroom.errors import invalid
from darkroom.operations import canonical, compiled
from darkroom.pipeline import Result, run
from darkroom.ports import ObjectInfo, OpenObject
from darkroom.steps import Context, Operation
from darkroom.usecases.access import allow_object, allow_read, bucket_named
from darkroom.usecases.asked import looked_up
from darkroom.usecases.conditions import Conditions
from darkroom.usecases.consistency import of_one_version
from darkroom.usecases.marks import Marks
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
    result: Result | None = None
    name: str | None = None
    """Of the result in a store: a pure function of source, process, marks and engine (D7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A rendering that is checked as far as it can be before the object is asked for."""

    bucket: Bucket
    rendering: Rendering
    operations: tuple[Operation, ...]


def render(rendering: Rendering, world: World, context: Context) -> Rendered:
    """Answer a processed picture; everything is checked before the object is asked for."""
    bucket = bucket_named(world, rendering.bucket)
    asked = looked_up(rendering.process, bucket, world)
    allow_read(bucket, rendering.key, rendering.caller, world, asked.use)
    process = asked.process
    if process.save is not None:
        raise invalid("x-oss-process", rendering.process, "sys/saveas is for POST requests")
    work = Work(bucket=bucket, rendering=rendering, operations=compiled(process.actions))
    return of_one_version(lambda: _rendered(work, world, context))


def made(work: Work, world: World, context: Context) -> Result:
    """Make a result, whatever the caller has already."""

    def attempt() -> Result:
        with _opened(work, world, context) as source:
            return _result(source, work, _marks(work, world, context))

    return of_one_version(attempt)


def _rendered(work: Work, world: World, context: Context) -> Rendered:
    with _opened(work, world, context) as source:
        if work.rendering.conditions.unmodified(source.info):
            return Rendered(source=source.info)
        marks = _marks(work, world, context)
        result = _result(source, work, marks)
        upright = world.settings.auto_orient
        name = result_name(source.info, work.operations, marks.etags, upright=upright)
        return Rendered(source=source.info, result=result, name=name)


@contextmanager
def _opened(work: Work, world: World, context: Context) -> Iterator[OpenObject]:
    wanted = work.rendering
    with context.stage("store"):
        source = world.objects.open(wanted.bucket, wanted.key, version_id=wanted.version_id)
    with closing(source):
        allow_object(work.bucket, wanted.caller, source.info)
        yield source


def _marks(work: Work, world: World, context: Context) -> Marks:
    return Marks(bucket=work.rendering.bucket, world=world, context=context)


def _result(source: OpenObject, work: Work, marks: Marks) -> Result:
    context = marks.context
    context.limits.check_source_bytes(source.info.size)
    with context.stage("store"):
        data = source.read()
    upright = marks.world.settings.auto_orient
    return run(data, work.operations, marks.offered(), upright=upright)


def result_name(
    source: ObjectInfo,
    operations: Sequence[Operation],
    marks: Mapping[str, str],
    *,
    upright: bool,
) -> str:
    """Name the result by everything that it follows from (D7); `marks` are ETags by key."""
    drawn = [f"{key}={etag}" for key, etag in sorted(marks.items())]
    process = canonical(operations)
    parts = (source.bucket, source.key, source.etag, process, *drawn, f"upright={upright}", ENGINE)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
