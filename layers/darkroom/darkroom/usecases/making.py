"""Pictures made out of the store through a process: what is asked, what comes of it."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from darkroom.auth import ANONYMOUS, Caller
from darkroom.buckets import Bucket
from darkroom.errors import OssError
from darkroom.pipeline import Result, run
from darkroom.ports import KeptResult, ObjectInfo, OpenObject
from darkroom.steps import Context, Operation
from darkroom.usecases.access import allow_object
from darkroom.usecases.conditions import Conditions
from darkroom.usecases.consistency import of_one_version
from darkroom.usecases.marks import Marks
from darkroom.usecases.results import FromStore, result_name
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
    result: Result | KeptResult | None = None
    """A kept one where it is more than a reply carries, so that it was not read."""
    name: str = ""
    """Of the result in a store: follows from source, process, marks and engine (decision 011)."""
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
