"""Results that are looked for before they are made (docs/decisions/091-kept-results.md)."""

from dataclasses import replace

from darkroom.errors import OssError
from darkroom.pipeline import Result
from darkroom.steps import Context, mark_keys
from darkroom.usecases.access import allow_object
from darkroom.usecases.making import Rendered, Work, name_of, rendered
from darkroom.usecases.results import FromStore, Keeping
from darkroom.usecases.world import World


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

    What is more than a reply carries is kept by its delivery (decision 009), if it is delivered.
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
