"""saveas: a picture out of the store, through a process, back into the store (spec 04 §4)."""

import re
from dataclasses import dataclass

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError, invalid, shown
from darkroom.imaging.operations import action_names, compiled
from darkroom.imaging.steps import Context, Operation, Report
from darkroom.naming_rules import check_bucket_name, check_key
from darkroom.ports import Attributes
from darkroom.process.grammar import Process, SaveAs
from darkroom.usecases.authorization import allow_read, allow_write, bucket_named
from darkroom.usecases.render import Rendering, Work, made
from darkroom.usecases.services import World
from darkroom.usecases.styles import looked_up

_VARIABLE = re.compile(r"\{(bucket|object|dirname|basename|barename|ext|autoext)\}")

OF_RESULT = "{autoext}"
"""The variable that only the result can fill: the extension of its format."""


def filled(template: str, bucket: str, key: str, autoext: str = "") -> str:
    """Put the variables in, once: braces in their values are not read again.

    Unknown names in braces stay as they are.
    """
    values = _values(bucket, key, autoext)
    return _VARIABLE.sub(lambda found: values[found[1]], template)


def _values(bucket: str, key: str, autoext: str) -> dict[str, str]:
    dirname, _, basename = key.rpartition("/")
    barename, dot, ext = basename.rpartition(".")
    return {
        "bucket": bucket,
        "object": key,
        "dirname": dirname,
        "basename": basename,
        "barename": barename if dot else basename,
        "ext": ext if dot else "",
        "autoext": autoext,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a result goes."""

    bucket: Bucket
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was stored; without a bucket's name when the caller named none."""

    bucket: str | None
    key: str
    size: int


def save(source: Rendering, world: World, context: Context) -> Saved:
    """Process an object and store the result; all that can be checked is, before it is read."""
    bucket, process = admitted(source, world)
    saveas = _saveas(process)
    operations = pictures(compiled(process.actions), source.process)
    context.journal.note(operations=action_names(operations))
    known = None if _needs_result(saveas) else target_of(saveas, source, world)
    work = Work(bucket=bucket, rendering=source, operations=operations)
    result = made(work, world, context)
    where = known or target_of(saveas, source, world, autoext=result.format or "")
    with context.stage("store"):
        attributes = Attributes(content_type=result.content_type)
        world.writer.put(where.bucket.name, where.key, result.body, attributes)
    named = where.bucket.name if saveas.bucket else None
    return Saved(bucket=named, key=where.key, size=len(result.body))


def admitted(source: Rendering, world: World) -> tuple[Bucket, Process]:
    """Let a key that may read the source ask for a result to be stored; read what it asks."""
    bucket = bucket_named(world, source.bucket)
    if source.caller.anonymous:
        raise OssError(Code.ACCESS_DENIED, "Anonymous user has no right to store a result.")
    asked = looked_up(source.process, bucket, world)
    allow_read(bucket, source.key, source.caller, world, asked.use)
    return bucket, asked.process


def _saveas(process: Process) -> SaveAs:
    """Give what every POST must have (C-17), and refuse what only asynchronous ones may."""
    if process.notify is not None:
        raise OssError(Code.INVALID_ARGUMENT, "operation not support post: notify")
    if process.save is None:
        first = f"image/{process.actions[0].name}"
        raise OssError(Code.INVALID_ARGUMENT, f"operation not support post: {shown(first)}")
    return process.save


def pictures(operations: tuple[Operation, ...], process: str) -> tuple[Operation, ...]:
    """Refuse to store a report (C-163)."""
    for operation in operations:
        if isinstance(operation, Report):
            raise invalid("x-oss-process", process, f"{operation.name} cannot be stored")
    return operations


def _needs_result(saveas: SaveAs) -> bool:
    return OF_RESULT in saveas.object or OF_RESULT in (saveas.bucket or "")


def target_of(saveas: SaveAs, source: Rendering, world: World, autoext: str = "") -> Target:
    """Find where the result may go: a legal name, a bucket that is there and may be written."""
    template = source.bucket if saveas.bucket is None else saveas.bucket
    name = filled(template, source.bucket, source.key, autoext)
    key = filled(saveas.object, source.bucket, source.key, autoext)
    check_bucket_name(name)
    check_key(key)
    bucket = bucket_named(world, name)
    allow_write(bucket, source.caller)
    return Target(bucket=bucket, key=key)
