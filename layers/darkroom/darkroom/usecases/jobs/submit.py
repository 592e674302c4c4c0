"""Promise a job: whatever can be known to be wrong is said before it is accepted (C-166)."""

import secrets
import string
import uuid
from dataclasses import dataclass, replace

from darkroom.errors import Code, OssError, invalid, missing
from darkroom.imaging.operations import canonical, compiled
from darkroom.jobs import Job, State, Target, Task
from darkroom.process.grammar import Process, SaveAs
from darkroom.usecases.authorization import allow_object
from darkroom.usecases.render import Rendering
from darkroom.usecases.save import OF_RESULT, admitted, pictures, target_of
from darkroom.usecases.services import Workshop, World

_FAMILIES = ("image/", "style/")

_BASE62 = string.digits + string.ascii_letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The names of an accepted job."""

    event_id: str
    request_id: str
    task_id: str


def submit(source: Rendering, world: World, workshop: Workshop) -> Receipt:
    """Check everything, write the task down and queue it."""
    if not source.process.startswith(_FAMILIES):
        raise OssError(Code.IMM_CLIENT)
    bucket, process = admitted(source, world)
    target = _target(process, source, world)
    topic = _topic(process, workshop)
    info = world.objects.head(source.bucket, source.key)
    allow_object(bucket, source.caller, info)
    world.limits.check_source_bytes(info.size)
    job = Job(
        task_id=f"Image-{uuid.uuid4()}",
        event_id=new_event_id(),
        bucket=source.bucket,
        key=source.key,
        targets=(target,),
        accepted=world.clock(),
        topic=topic,
    )
    _queue(job, world, workshop)
    return Receipt(event_id=job.event_id, task_id=job.task_id, request_id=str(uuid.uuid4()))


def new_event_id() -> str:
    """Draw `<3 digits>-<27 base62>`."""
    digits = "".join(secrets.choice(string.digits) for _ in range(3))
    return digits + "-" + "".join(secrets.choice(_BASE62) for _ in range(27))


def _target(process: Process, source: Rendering, world: World) -> Target:
    """Check what is to be made and where it may go, as far as that is known by now."""
    saveas = process.save
    if saveas is None:
        raise missing("sys/saveas")
    operations = pictures(compiled(process.actions), source.process)
    if OF_RESULT in (saveas.bucket or ""):
        raise invalid("b", saveas.bucket or "", f"Value must not hold {OF_RESULT}")
    target_of(saveas, source, world)
    return Target(process=canonical(operations), bucket=_bucket(saveas, source), key=saveas.object)


def _bucket(saveas: SaveAs, source: Rendering) -> str:
    return source.bucket if saveas.bucket is None else saveas.bucket


def _topic(process: Process, workshop: Workshop) -> str | None:
    if process.notify is None:
        return None
    topic = process.notify.topic
    if not workshop.topics.knows(topic):
        raise invalid("topic", topic, "Value must name a topic of the settings")
    return topic


def _queue(job: Job, world: World, workshop: Workshop) -> None:
    """Write the task down first: whoever gets the message finds it.

    A job that could not be queued is over, since its caller hears that it failed.
    """
    task = Task(job=job)
    workshop.tasks.accept(task)
    try:
        workshop.queue.send(job.text())
    except OssError as error:
        over = replace(
            task,
            state=State.FAILED,
            code=error.code.wire,
            message=error.message,
            finished=world.clock(),
            told=True,
        )
        workshop.tasks.claim(job.task_id, job.event_id, world.clock())
        workshop.tasks.update(over, owner=job.event_id, free=True)
        raise
