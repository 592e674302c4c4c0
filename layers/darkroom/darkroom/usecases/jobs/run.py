"""A job is done as it was asked for, or ends with its reason, however often it is delivered."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from msgspec import structs

from darkroom.errors import Code, OssError
from darkroom.imaging.operations import action_names, compile_operations
from darkroom.imaging.pipeline import Result, run_each
from darkroom.jobs import Job, State, Target, TargetResult, Task
from darkroom.naming_rules import check_key
from darkroom.ports.jobs import AlreadyClaimed
from darkroom.ports.objects import ObjectAttributes, ObjectInfo, ObjectReplaced
from darkroom.process.grammar import parse
from darkroom.usecases.authorization import get_bucket
from darkroom.usecases.save import expand_template
from darkroom.usecases.services import JobWorker
from darkroom.usecases.watermark_loader import WatermarkLoader


def finish_job(task: Task, worker: JobWorker) -> Task:
    """Bury a failure and tell the topic of the end, both once.

    Only a crash in between has them done again, by the next delivery.
    """
    if not task.notified:
        _dead_letter_failure(task, worker)
        if task.job.topic is not None:
            worker.jobs.notifier.publish(task.job.topic, notification(task))
        task = replace(task, notified=True)
    worker.jobs.tasks.update(task, owner=worker.name, release=True)
    return task


def _dead_letter_failure(task: Task, worker: JobWorker) -> None:
    """Put a job that failed among the dead letters.

    The letter is a round further than its job: only who sends it again has it tried again.
    """
    if task.state is State.FAILED:
        letter = structs.replace(task.job, redrive_count=task.job.redrive_count + 1)
        worker.jobs.messages.dead_letter(letter.to_json(), f"{task.code}: {task.message}")


def notification(task: Task) -> str:
    """Write what a topic hears (C-167), in ASCII as `Job.to_json` does."""
    first = task.results.get(0)
    made = first and {"Bucket": first.bucket, "Object": first.key, "FileSize": first.size}
    return json.dumps(
        {
            "EventId": task.job.event_id,
            "TaskId": task.job.task_id,
            "Status": task.state,
            "Bucket": task.job.bucket,
            "Object": task.job.key,
            "Target": made or {},
            "Code": task.code or "",
            "Message": task.message or "",
            "FinishTime": task.finished_at.isoformat() if task.finished_at else "",
        }
    )


class JobObsolete(Exception):
    """There is nothing to make, and that is as it should be; says why."""


SOURCE_REPLACED = "A newer version of the source took its place."
SOURCE_MADE_BY_RULE = "The source was made by a rule itself."


def run_job(job: Job, worker: JobWorker) -> Task:
    """Bring a job to its end and tell of it; a duplicate finds it done and does nothing.

    Raises `Busy`, `Replaced` or an `OssError` of ours where another attempt may succeed: the
    task then says why, and is free to be claimed again.
    """
    return _complete(job, worker, lambda task: _attempt(task, worker))


def fail_job(job: Job, error: OssError, worker: JobWorker) -> Task:
    """End a job that failed for the last time, with the reason."""
    return _complete(job, worker, lambda task: _Progress(task, worker).finished(error))


def _complete(job: Job, worker: JobWorker, end: Callable[[Task], Task]) -> Task:
    """Claim the job's task, have it brought to its end unless it is there, and tell of it.

    A job that came back from the dead letters opens a task again that had failed.
    """
    tasks = worker.jobs.tasks
    tasks.create(Task(job=job))
    task = tasks.claim(job.task_id, worker.name, worker.lease_expires_at())
    if task.state is State.FAILED and job.redrive_count > task.job.redrive_count:
        task = Task(job=job, state=State.RUNNING, results=task.results, attempts=task.attempts)
    if not task.is_finished:
        # Written before the topic hears of it: who asks after the task then finds it over.
        task = end(task)
        tasks.update(task, owner=worker.name)
    return finish_job(task, worker)


def _attempt(task: Task, worker: JobWorker) -> Task:
    """Do what is left to do. An error of the caller's ends the task; one of ours does not."""
    progress = _Progress(task, worker)
    try:
        _make_targets(progress)
    except JobObsolete as error:
        return progress.finished(message=str(error))
    except OssError as error:
        if not error.is_server_error:
            return progress.finished(error)
        progress.release(error.code.wire, error.message)
        raise
    except (AlreadyClaimed, ObjectReplaced) as error:
        progress.release(Code.SERVICE_UNAVAILABLE.wire, type(error).__name__)
        raise
    return progress.finished()


class _Progress:
    """What has been done of a task so far; written down after every target."""

    def __init__(self, task: Task, worker: JobWorker) -> None:
        self.task = task
        self.worker = worker

    def remaining_targets(self) -> list[int]:
        """Number the targets that are still to be made."""
        return [n for n in range(len(self.task.job.targets)) if n not in self.task.results]

    def record_target(self, number: int, made: TargetResult) -> None:
        """Note a target that is there."""
        self.task = replace(self.task, results={**self.task.results, number: made})
        self.worker.jobs.tasks.update(self.task, owner=self.worker.name)

    def release(self, code: str, message: str) -> None:
        """Note why this attempt failed, and let another one have the task."""
        self.task = replace(self.task, state=State.ACCEPTED, code=code, message=message)
        self.worker.jobs.tasks.update(self.task, owner=self.worker.name, release=True)

    def finished(self, error: OssError | None = None, message: str | None = None) -> Task:
        """Give the task as it ends."""
        return replace(
            self.task,
            state=State.FAILED if error else State.SUCCEEDED,
            code=error.code.wire if error else None,
            message=error.message if error else message,
            finished_at=self.worker.services.clock(),
        )


def _make_targets(progress: _Progress) -> None:
    """Make every target that is left; what can be made is, whatever fails beside it."""
    job, worker = progress.task.job, progress.worker
    source, data = _read_source(job, worker)
    numbers = progress.remaining_targets()
    processes = [compile_operations(parse(job.targets[n].process).actions) for n in numbers]
    marks = WatermarkLoader(bucket=job.bucket, services=worker.services, context=worker.context)
    upright = worker.services.settings.auto_orient
    failures: list[OssError] = []
    results = run_each(data, processes, marks.processing_context(), upright=upright)
    for number, process, result in zip(numbers, processes, results, strict=True):
        told = {"task": job.task_id, "bucket": job.bucket, "operations": action_names(process)}
        try:
            made = _store_result(job, job.targets[number], _unwrap(result), source, worker)
        except OssError as error:
            worker.context.log_context.add_target(**told, code=error.code.wire)
            failures.append(error)
        else:
            worker.context.log_context.add_target(**told, result_bytes=made.size)
            progress.record_target(number, made)
    if failures:
        # One that may pass next time comes first: the others will fail again then.
        raise max(failures, key=lambda failure: (failure.is_server_error, failure.status))


def _unwrap(result: Result | OssError) -> Result:
    if isinstance(result, OssError):
        raise result
    return result


def _read_source(job: Job, worker: JobWorker) -> tuple[ObjectInfo, bytes]:
    with worker.context.stage("store"):
        opened = worker.services.objects.open(job.bucket, job.key)
    with closing(opened):
        worker.context.log_context.bind(bucket=job.bucket, source_bytes=opened.info.size)
        _check_version(job, opened.info)
        if job.by_rule and opened.info.by_rule:
            raise JobObsolete(SOURCE_MADE_BY_RULE)
        worker.context.limits.check_source_bytes(opened.info.size)
        with worker.context.stage("store"):
            return opened.info, opened.read()


def _check_version(job: Job, source: ObjectInfo) -> None:
    if job.etag is not None and source.etag != job.etag:
        # Its own job makes what is wanted now.
        raise JobObsolete(SOURCE_REPLACED)


def _store_result(
    job: Job, target: Target, result: Result, source: ObjectInfo, worker: JobWorker
) -> TargetResult:
    """Write a result, unless its source has been replaced since it was read.

    Whoever writes a target holds its name, so that of two versions of a source the newer
    one's result is what stays, in whichever order their jobs come.
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
