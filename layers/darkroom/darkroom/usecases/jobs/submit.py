"""Submitting a job: every error that can be known is raised before it is accepted (C-166)."""

import secrets
import string
import uuid

from msgspec import Struct
from msgspec.structs import replace

from darkroom.auth import Permission
from darkroom.errors import Code, OssError, invalid, missing
from darkroom.imaging.operations import canonical_process, compile_operations
from darkroom.jobs import Job, JobTarget, Reader, State, Task
from darkroom.process.grammar import Process, SaveAs
from darkroom.usecases.authorization import ReadPurpose, authorize_object
from darkroom.usecases.render import RenderRequest
from darkroom.usecases.save import AUTOEXT, authorize_process, reject_reports, resolve_target
from darkroom.usecases.services import JobServices, Services

_FAMILIES = ("image/", "style/")

_BASE62 = string.digits + string.ascii_letters


class Receipt(Struct, frozen=True, kw_only=True):
    """The ids of an accepted job."""

    event_id: str
    request_id: str
    task_id: str


def submit_job(source: RenderRequest, services: Services, job_services: JobServices) -> Receipt:
    """Check the request, store the task and queue the job."""
    if not source.process.startswith(_FAMILIES):
        raise OssError(Code.IMM_CLIENT)
    resolved = authorize_process(source, services)
    process = resolved.process
    target = _check_target(process, source, services)
    topic = _check_topic(process, job_services)
    info = services.objects.head(source.bucket.name, source.key)
    authorize_object(source.bucket, source.caller, info)
    services.limits.check_source_bytes(info.size)
    job = Job(
        task_id=f"Image-{uuid.uuid4()}",
        event_id=new_event_id(),
        bucket=source.bucket.name,
        key=source.key,
        targets=(target,),
        accepted=services.clock(),
        topic=topic,
        reader=_reader(source, resolved.purpose),
    )
    _enqueue(job, services, job_services)
    return Receipt(event_id=job.event_id, task_id=job.task_id, request_id=str(uuid.uuid4()))


def new_event_id() -> str:
    """Return a random id: `<3 digits>-<27 base62>`."""
    digits = "".join(secrets.choice(string.digits) for _ in range(3))
    return digits + "-" + "".join(secrets.choice(_BASE62) for _ in range(27))


def _reader(source: RenderRequest, purpose: ReadPurpose) -> Reader:
    """Return the rights with which the worker reads the source and its watermark objects."""
    if source.caller.may(Permission.READ, source.bucket.name):
        return Reader.SERVICE
    return Reader.STYLE if purpose is ReadPurpose.STYLED else Reader.ANYONE


def _check_target(process: Process, source: RenderRequest, services: Services) -> JobTarget:
    """Return the target; checks process and names as far as they are known before processing."""
    saveas = process.save
    if saveas is None:
        raise missing("sys/saveas")
    operations = reject_reports(compile_operations(process.actions), source.process)
    if AUTOEXT in (saveas.bucket or ""):
        raise invalid("b", saveas.bucket or "", f"Value must not hold {AUTOEXT}")
    resolve_target(saveas, source, services)
    return JobTarget(
        process=canonical_process(operations),
        bucket=_target_bucket(saveas, source),
        key=saveas.object,
    )


def _target_bucket(saveas: SaveAs, source: RenderRequest) -> str:
    return source.bucket.name if saveas.bucket is None else saveas.bucket


def _check_topic(process: Process, job_services: JobServices) -> str | None:
    if process.notify is None:
        return None
    topic = process.notify.topic
    if not job_services.notifier.has_topic(topic):
        raise invalid("topic", topic, "Value must name a topic of the settings")
    return topic


def _enqueue(job: Job, services: Services, job_services: JobServices) -> None:
    """Store the task, then send the job: a worker that receives the message finds the task.

    A job that cannot be queued is stored as failed, since its caller gets the error.
    """
    task = Task(job=job)
    job_services.tasks.create(task)
    try:
        job_services.queue.send(job.to_json())
    except OssError as error:
        failed = replace(
            task,
            state=State.FAILED,
            code=error.code.wire,
            message=error.message,
            finished_at=services.clock(),
            notified=True,
        )
        job_services.tasks.claim(job.task_id, job.event_id, services.clock())
        job_services.tasks.update(failed, owner=job.event_id, release=True)
        raise
