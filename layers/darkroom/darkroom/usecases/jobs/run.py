"""Running a job: completed, or failed with a reason, however often it is delivered."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from msgspec import structs
from msgspec.structs import replace

from darkroom.auth import ANONYMOUS
from darkroom.errors import Code, OssError
from darkroom.imaging.operations import action_names, compile_operations
from darkroom.imaging.pipeline import Result, run_each
from darkroom.jobs import Job, JobTarget, Reader, State, TargetResult, Task
from darkroom.naming_rules import check_key
from darkroom.ports.jobs import AlreadyClaimed
from darkroom.ports.objects import ObjectAttributes, ObjectInfo, ObjectReplaced
from darkroom.process.grammar import parse
from darkroom.usecases.authorization import (
    MarkRights,
    ReadPurpose,
    authorize_object,
    authorize_read,
    get_bucket,
)
from darkroom.usecases.save import expand_template
from darkroom.usecases.services import JobWorker
from darkroom.usecases.watermark_loader import WatermarkLoader


def finish_job(task: Task, worker: JobWorker) -> Task:
    """Send a failed job to the dead-letter queue, notify the topic, and store that both are done.

    If the function crashes before that is stored, the next delivery repeats both.
    """
    if not task.notified:
        _dead_letter_failure(task, worker)
        if task.job.topic is not None:
            worker.jobs.notifier.publish(task.job.topic, notification(task))
        task = replace(task, notified=True)
    worker.jobs.tasks.update(task, owner=worker.name, release=True)
    return task


def _dead_letter_failure(task: Task, worker: JobWorker) -> None:
    """Send a failed job to the dead-letter queue.

    The message counts one redrive more than the job, so that only a redrive runs the job again.
    """
    if task.state is State.FAILED:
        redriven = structs.replace(task.job, redrive_count=task.job.redrive_count + 1)
        worker.jobs.messages.dead_letter(redriven.to_json(), f"{task.code}: {task.message}")


def notification(task: Task) -> str:
    """Return the message for a topic (C-167), in ASCII like `Job.to_json`."""
    first = task.results.get(0)
    target = first and {"Bucket": first.bucket, "Object": first.key, "FileSize": first.size}
    return json.dumps(
        {
            "EventId": task.job.event_id,
            "TaskId": task.job.task_id,
            "Status": task.state,
            "Bucket": task.job.bucket,
            "Object": task.job.key,
            "Target": target or {},
            "Code": task.code or "",
            "Message": task.message or "",
            "FinishTime": task.finished_at.isoformat() if task.finished_at else "",
        }
    )


class JobObsolete(Exception):
    """There is nothing to make, which is no failure; the message says why."""


SOURCE_REPLACED = "A newer version of the source took its place."
SOURCE_MADE_BY_RULE = "The source was made by a rule itself."


def run_job(job: Job, worker: JobWorker) -> Task:
    """Complete a job and notify its topic; a duplicate finds it finished and does nothing.

    Raises `AlreadyClaimed`, `ObjectReplaced` or a server error where another attempt may succeed:
    the task then has the reason and can be claimed again.
    """
    return _complete(job, worker, lambda task: _attempt(task, worker))


def fail_job(job: Job, error: OssError, worker: JobWorker) -> Task:
    """Finish a job that failed for the last time, with the reason."""
    return _complete(job, worker, lambda task: _Progress(task, worker).final_task(error))


def _complete(job: Job, worker: JobWorker, end: Callable[[Task], Task]) -> Task:
    """Claim the job's task, finish it unless it is finished, and notify its topic.

    A redriven job reopens a task that had failed.
    """
    tasks = worker.jobs.tasks
    tasks.create(Task(job=job))
    task = tasks.claim(job.task_id, worker.name, worker.lease_expires_at())
    if task.state is State.FAILED and job.redrive_count > task.job.redrive_count:
        task = Task(job=job, state=State.RUNNING, results=task.results, attempts=task.attempts)
    if not task.is_finished:
        # Stored before the topic is notified: its subscribers find the task finished.
        task = end(task)
        tasks.update(task, owner=worker.name)
    return finish_job(task, worker)


def _attempt(task: Task, worker: JobWorker) -> Task:
    """Make the remaining targets. A client error finishes the task; a server error does not."""
    progress = _Progress(task, worker)
    try:
        _make_targets(progress)
    except JobObsolete as error:
        return progress.final_task(message=str(error))
    except OssError as error:
        if not error.is_server_error:
            return progress.final_task(error)
        progress.release(error.code.wire, error.message)
        raise
    except (AlreadyClaimed, ObjectReplaced) as error:
        progress.release(Code.SERVICE_UNAVAILABLE.wire, type(error).__name__)
        raise
    return progress.final_task()


class _Progress:
    """A task with its results so far; stored after every target."""

    def __init__(self, task: Task, worker: JobWorker) -> None:
        self.task = task
        self.worker = worker

    def remaining_targets(self) -> list[int]:
        """Return the numbers of the targets that are still to be made."""
        return [n for n in range(len(self.task.job.targets)) if n not in self.task.results]

    def record_target(self, number: int, result: TargetResult) -> None:
        """Store the result of a target in the task."""
        self.task = replace(self.task, results={**self.task.results, number: result})
        self.worker.jobs.tasks.update(self.task, owner=self.worker.name)

    def release(self, code: str, message: str) -> None:
        """Store why this attempt failed, and release the task for another one."""
        self.task = replace(self.task, state=State.ACCEPTED, code=code, message=message)
        self.worker.jobs.tasks.update(self.task, owner=self.worker.name, release=True)

    def final_task(self, error: OssError | None = None, message: str | None = None) -> Task:
        """Return the task in its final state."""
        return replace(
            self.task,
            state=State.FAILED if error else State.SUCCEEDED,
            code=error.code.wire if error else None,
            message=error.message if error else message,
            finished_at=self.worker.services.clock(),
        )


def _make_targets(progress: _Progress) -> None:
    """Make every remaining target; the failure of one does not prevent the others."""
    job, worker = progress.task.job, progress.worker
    source, data = _read_source(job, worker)
    numbers = progress.remaining_targets()
    processes = [compile_operations(parse(job.targets[n].process).actions) for n in numbers]
    loader = WatermarkLoader(
        rights=_mark_rights(job, worker), services=worker.services, context=worker.context
    )
    upright = worker.services.settings.auto_orient
    failures: list[OssError] = []
    results = run_each(data, processes, loader.processing_context(), upright=upright)
    for index, result in results:
        number, process = numbers[index], processes[index]
        log_fields = {
            "task": job.task_id,
            "bucket": job.bucket,
            "operations": action_names(process),
        }
        try:
            stored = _store_result(job, job.targets[number], _unwrap(result), source, worker)
        except OssError as error:
            worker.context.log_context.add_target(**log_fields, code=error.code.wire)
            failures.append(error)
        else:
            worker.context.log_context.add_target(**log_fields, result_bytes=stored.size)
            progress.record_target(number, stored)
    if failures:
        # Server errors first: they are retried, and the others fail again then.
        raise max(failures, key=lambda failure: (failure.is_server_error, failure.status))


def _unwrap(result: Result | OssError) -> Result:
    if isinstance(result, OssError):
        raise result
    return result


_PURPOSES = {
    Reader.SERVICE: ReadPurpose.STYLED,
    Reader.STYLE: ReadPurpose.STYLED,
    Reader.ANYONE: ReadPurpose.PROCESSED,
}
"""Styles read watermark objects with the service's right; so does a job with that right."""


def _mark_rights(job: Job, worker: JobWorker) -> MarkRights:
    bucket = get_bucket(worker.services, job.bucket)
    return MarkRights(bucket=bucket, caller=ANONYMOUS, purpose=_PURPOSES[job.reader])


def _read_source(job: Job, worker: JobWorker) -> tuple[ObjectInfo, bytes]:
    bucket = get_bucket(worker.services, job.bucket)
    if job.reader is not Reader.SERVICE:
        authorize_read(bucket, job.key, ANONYMOUS, worker.services, _PURPOSES[job.reader])
    with worker.context.stage("store"):
        opened = worker.services.objects.open(job.bucket, job.key)
    with closing(opened):
        if job.reader is not Reader.SERVICE:
            authorize_object(bucket, ANONYMOUS, opened.info)
        worker.context.log_context.bind(bucket=job.bucket, source_bytes=opened.info.size)
        _check_version(job, opened.info)
        if job.by_rule and opened.info.by_rule:
            raise JobObsolete(SOURCE_MADE_BY_RULE)
        worker.context.limits.check_source_bytes(opened.info.size)
        with worker.context.stage("store"):
            return opened.info, opened.read()


def _check_version(job: Job, source: ObjectInfo) -> None:
    if job.etag is not None and source.etag != job.etag:
        # The newer version has a job of its own.
        raise JobObsolete(SOURCE_REPLACED)


def _store_result(
    job: Job, target: JobTarget, result: Result, source: ObjectInfo, worker: JobWorker
) -> TargetResult:
    """Store a result, unless its source has been replaced since it was read.

    A worker holds the target's lock while it writes, so that of two versions of a source the result
    of the newer one remains, in whichever order their jobs run.
    """
    bucket = expand_template(target.bucket, job.bucket, job.key, result.format or "")
    key = expand_template(target.key, job.bucket, job.key, result.format or "")
    get_bucket(worker.services, bucket)
    check_key(key)
    with _target_lock(f"{bucket}/{key}", worker):
        now = worker.services.objects.head(job.bucket, job.key)
        _check_version(job, now)
        if now.etag != source.etag:
            raise ObjectReplaced(job.key)
        attributes = ObjectAttributes(content_type=result.content_type, by_rule=job.by_rule)
        with worker.context.stage("store"):
            worker.services.writer.put(bucket, key, result.body, attributes)
    return TargetResult(bucket=bucket, key=key, size=len(result.body))


@contextmanager
def _target_lock(name: str, worker: JobWorker) -> Iterator[None]:
    locks = worker.jobs.locks
    if not locks.acquire(name, worker.name, worker.lease_expires_at()):
        raise AlreadyClaimed(name)
    try:
        yield
    finally:
        locks.release(name, worker.name)
