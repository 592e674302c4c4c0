"""The main job: a picture out of the store, through a process, to the caller."""

from darkroom.errors import invalid
from darkroom.operations import action_names, compiled
from darkroom.steps import Context
from darkroom.usecases.access import allow_read, bucket_named
from darkroom.usecases.asked import looked_up
from darkroom.usecases.making import Rendered, Rendering, Work, rendered
from darkroom.usecases.remembering import remembered
from darkroom.usecases.results import worth_looking
from darkroom.usecases.world import World


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
