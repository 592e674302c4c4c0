"""The main job: a picture out of the store, through a process, to the caller."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter

from darkroom.auth import ANONYMOUS, Caller
from darkroom.buckets import Bucket
from darkroom.errors import OssError, invalid
from darkroom.imaging.operations import action_names, compiled
from darkroom.imaging.pipeline import Result, run
from darkroom.imaging.steps import Context, Operation, mark_keys
from darkroom.ports import KeptResult, ObjectInfo, OpenObject
from darkroom.usecases.authorization import allow_object, allow_read, bucket_named
from darkroom.usecases.objects import of_one_version
from darkroom.usecases.preconditions import Conditions
from darkroom.usecases.result_storage import FromStore, Keeping, result_name, worth_looking
from darkroom.usecases.services import World
from darkroom.usecases.styles import looked_up
from darkroom.usecases.watermark_loader import Marks


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
    result: Result | KeptResult | None = None
    """A kept one where it is more than a reply carries, so that it was not read."""
    name: str = ""
    """Of the result in a store: a pure function of source, process, marks and engine (D7)."""
    work: float = 0
    """Seconds that it took to make."""
    from_store: FromStore = FromStore.OFF
    trouble: OssError | None = None
    """Why the store could not be used, which is no reason to fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A rendering that is checked as far as it can be before the object is asked for."""

    bucket: Bucket
    rendering: Rendering
    operations: tuple[Operation, ...]


def made(work: Work, world: World, context: Context) -> Result:
    """Make a result, whatever the caller has already."""

    def attempt() -> Result:
        with _opened(work, world, context) as source:
            return _result(source, work, _marks(work, world, context))

    return of_one_version(attempt)


def rendered(work: Work, world: World, context: Context) -> Rendered:
    """Make a result unless the caller has it; it is named by what it was made of."""
    return of_one_version(lambda: _rendered(work, world, context))


def name_of(source: ObjectInfo, work: Work, etags: Mapping[str, str], world: World) -> str:
    """Name the result of an object; `etags` are those of the marks, by key."""
    return result_name(source, work.operations, etags, upright=world.settings.auto_orient)


def _rendered(work: Work, world: World, context: Context) -> Rendered:
    with _opened(work, world, context) as source:
        if work.rendering.conditions.unmodified(source.info):
            return Rendered(source=source.info)
        marks = _marks(work, world, context)
        began = perf_counter()
        result = _result(source, work, marks)
        name = name_of(source.info, work, marks.etags, world)
        spent = perf_counter() - began
        return Rendered(source=source.info, result=result, name=name, work=spent)


@contextmanager
def _opened(work: Work, world: World, context: Context) -> Iterator[OpenObject]:
    wanted = work.rendering
    with context.stage("store"):
        source = world.objects.open(wanted.bucket, wanted.key, version_id=wanted.version_id)
    with closing(source):
        context.journal.note(source_bytes=source.info.size)
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
    result = run(data, work.operations, marks.offered(), upright=upright)
    context.journal.note(result_bytes=len(result.body))
    return result


def remembered(work: Work, world: World, context: Context, keeping: Keeping) -> Rendered:
    """Look for the result before the object is read; keep what had to be made.

    What is made is made, checked and named by the object that is then read, whatever was
    seen of it before.
    """
    found, trouble = _looked(work, world, context, keeping)
    if found is not None:
        return found
    fresh = rendered(work, world, context)
    trouble = trouble or _kept(fresh, world, context, keeping)
    return replace(fresh, from_store=FromStore.MISS, trouble=trouble)


def _looked(
    work: Work, world: World, context: Context, keeping: Keeping
) -> tuple[Rendered | None, OssError | None]:
    """Find the result or not; a look refuses nothing and fails nothing, but says what it met.

    If that is the caller's fault, the object itself will say so, in more words than a HEAD has.
    """
    try:
        return _found(work, world, context, keeping), None
    except OssError as error:
        return None, error


def _found(work: Work, world: World, context: Context, keeping: Keeping) -> Rendered | None:
    """Give what is kept of this version of the object to who may have it."""
    wanted = work.rendering
    with context.stage("store"):
        source = keeping.sources.head(wanted.bucket, wanted.key, version_id=wanted.version_id)
    context.journal.note(source_bytes=source.size)
    allow_object(work.bucket, wanted.caller, source)
    if wanted.conditions.unmodified(source):
        return Rendered(source=source)
    context.limits.check_source_bytes(source.size)
    with context.stage("store"):
        keys = sorted(mark_keys(work.operations))
        etags = {key: keeping.sources.head(wanted.bucket, key).etag for key in keys}
    name = name_of(source, work, etags, world)
    with context.stage("results"):
        kept = keeping.results.find(name, most=world.settings.reply_limit)
    if kept is None:
        return None
    context.journal.note(result_bytes=kept.size)
    read = kept.body
    result = kept if read is None else Result(content_type=kept.content_type, body=read)
    return Rendered(source=source, result=result, name=name, from_store=FromStore.HIT)


def _kept(fresh: Rendered, world: World, context: Context, keeping: Keeping) -> OssError | None:
    """Keep what is worth it, if there is time; give the reason where the store fails.

    What is more than a reply carries is kept by its delivery (D6), if it is delivered.
    """
    result = fresh.result
    if not isinstance(result, Result) or len(result.body) > world.settings.reply_limit:
        return None
    if fresh.work < keeping.least or context.remaining() <= 0:
        return None
    try:
        with context.stage("results"):
            keeping.results.keep(fresh.name, result.body, result.content_type)
    except OssError as error:
        return error
    return None


def render(rendering: Rendering, world: World, context: Context) -> Rendered:
    """Answer a processed picture; everything is checked before the object is asked for."""
    bucket = bucket_named(world, rendering.bucket)
    asked = looked_up(rendering.process, bucket, world)
    allow_read(bucket, rendering.key, rendering.caller, world, asked.use)
    process = asked.process
    if process.save is not None:
        raise invalid("x-oss-process", rendering.process, "sys/saveas is for POST requests")
    operations = compiled(process.actions)
    context.journal.note(operations=action_names(operations))
    work = Work(bucket=bucket, rendering=rendering, operations=operations)
    if world.keeping is None or not worth_looking(work.operations):
        return rendered(work, world, context)
    return remembered(work, world, context, world.keeping)
