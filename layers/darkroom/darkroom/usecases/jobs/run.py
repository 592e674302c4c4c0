"""A job is done as it was asked for, or ends with its reason, however often it is delivered."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from darkroom.errors import Code, OssError
from darkroom.imaging.operations import action_names, compiled
from darkroom.imaging.pipeline import Result, run_each
from darkroom.jobs import Job, Made, State, Target, Task
from darkroom.naming_rules import check_key
from darkroom.ports import Attributes, Busy, ObjectInfo, Replaced
from darkroom.process.grammar import parse
from darkroom.usecases.authorization import bucket_named
from darkroom.usecases.save import filled
from darkroom.usecases.services import Worker
from darkroom.usecases.watermark_loader import Marks


def told(task: Task, worker: Worker) -> Task:
    """Bury a failure and tell the topic of the end, both once.

    Only a crash in between has them done again, by the next delivery.
    """
    if not task.told:
        _bury(task, worker)
        if task.job.topic is not None:
            worker.workshop.topics.tell(task.job.topic, notification(task))
        task = replace(task, told=True)
    worker.workshop.tasks.update(task, owner=worker.name, free=True)
    return task


def _bury(task: Task, worker: Worker) -> None:
    """Put a job that failed among the dead letters.

    The letter is a round further than its job: only who sends it again has it tried again.
    """
    if task.state is State.FAILED:
        letter = replace(task.job, round=task.job.round + 1)
        worker.workshop.letters.bury(letter.text(), f"{task.code}: {task.message}")


def notification(task: Task) -> str:
    """Write what a topic hears (C-167), in ASCII as `Job.text` does."""
    first = task.made.get(0)
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
            "FinishTime": task.finished.isoformat() if task.finished else "",
        }
    )


class Needless(Exception):
    """There is nothing to make, and that is as it should be; says why."""


NEWER = "A newer version of the source took its place."
OWN_WORK = "The source was made by a rule itself."


def persist(job: Job, worker: Worker) -> Task:
    """Bring a job to its end and tell of it; a duplicate finds it done and does nothing.

    Raises `Busy`, `Replaced` or an `OssError` of ours where another attempt may succeed: the
    task then says why, and is free to be claimed again.
    """
    return _ended(job, worker, lambda task: _attempted(task, worker))


def give_up(job: Job, error: OssError, worker: Worker) -> Task:
    """End a job that failed for the last time, with the reason."""
    return _ended(job, worker, lambda task: _Progress(task, worker).over(error))


def _ended(job: Job, worker: Worker, end: Callable[[Task], Task]) -> Task:
    """Claim the job's task, have it brought to its end unless it is there, and tell of it.

    A job that came back from the dead letters opens a task again that had failed.
    """
    tasks = worker.workshop.tasks
    tasks.accept(Task(job=job))
    task = tasks.claim(job.task_id, worker.name, worker.until())
    if task.state is State.FAILED and job.round > task.job.round:
        task = Task(job=job, state=State.RUNNING, made=task.made, attempts=task.attempts)
    if not task.over:
        # Written before the topic hears of it: who asks after the task then finds it over.
        task = end(task)
        tasks.update(task, owner=worker.name)
    return told(task, worker)


def _attempted(task: Task, worker: Worker) -> Task:
    """Do what is left to do. An error of the caller's ends the task; one of ours does not."""
    progress = _Progress(task, worker)
    try:
        _do(progress)
    except Needless as error:
        return progress.over(message=str(error))
    except OssError as error:
        if not error.ours:
            return progress.over(error)
        progress.set_free(error.code.wire, error.message)
        raise
    except (Busy, Replaced) as error:
        progress.set_free(Code.SERVICE_UNAVAILABLE.wire, type(error).__name__)
        raise
    return progress.over()


class _Progress:
    """What has been done of a task so far; written down after every target."""

    def __init__(self, task: Task, worker: Worker) -> None:
        self.task = task
        self.worker = worker

    def left(self) -> list[int]:
        """Number the targets that are still to be made."""
        return [n for n in range(len(self.task.job.targets)) if n not in self.task.made]

    def made(self, number: int, made: Made) -> None:
        """Note a target that is there."""
        self.task = replace(self.task, made={**self.task.made, number: made})
        self.worker.workshop.tasks.update(self.task, owner=self.worker.name)

    def set_free(self, code: str, message: str) -> None:
        """Note why this attempt failed, and let another one have the task."""
        self.task = replace(self.task, state=State.ACCEPTED, code=code, message=message)
        self.worker.workshop.tasks.update(self.task, owner=self.worker.name, free=True)

    def over(self, error: OssError | None = None, message: str | None = None) -> Task:
        """Give the task as it ends."""
        return replace(
            self.task,
            state=State.FAILED if error else State.SUCCEEDED,
            code=error.code.wire if error else None,
            message=error.message if error else message,
            finished=self.worker.world.clock(),
        )


def _do(progress: _Progress) -> None:
    """Make every target that is left; what can be made is, whatever fails beside it."""
    job, worker = progress.task.job, progress.worker
    source, data = _read(job, worker)
    numbers = progress.left()
    processes = [compiled(parse(job.targets[n].process).actions) for n in numbers]
    marks = Marks(bucket=job.bucket, world=worker.world, context=worker.context)
    upright = worker.world.settings.auto_orient
    failures: list[OssError] = []
    results = run_each(data, processes, marks.offered(), upright=upright)
    for number, process, result in zip(numbers, processes, results, strict=True):
        told = {"task": job.task_id, "bucket": job.bucket, "operations": action_names(process)}
        try:
            made = _stored(job, job.targets[number], _good(result), source, worker)
        except OssError as error:
            worker.context.journal.note_target(**told, code=error.code.wire)
            failures.append(error)
        else:
            worker.context.journal.note_target(**told, result_bytes=made.size)
            progress.made(number, made)
    if failures:
        # One that may pass next time comes first: the others will fail again then.
        raise max(failures, key=lambda failure: (failure.ours, failure.status))


def _good(result: Result | OssError) -> Result:
    if isinstance(result, OssError):
        raise result
    return result


def _read(job: Job, worker: Worker) -> tuple[ObjectInfo, bytes]:
    with worker.context.stage("store"):
        opened = worker.world.objects.open(job.bucket, job.key)
    with closing(opened):
        worker.context.journal.note(bucket=job.bucket, source_bytes=opened.info.size)
        _check_version(job, opened.info)
        if job.by_rule and opened.info.by_rule:
            raise Needless(OWN_WORK)
        worker.context.limits.check_source_bytes(opened.info.size)
        with worker.context.stage("store"):
            return opened.info, opened.read()


def _check_version(job: Job, source: ObjectInfo) -> None:
    if job.etag is not None and source.etag != job.etag:
        # Its own job makes what is wanted now.
        raise Needless(NEWER)


def _stored(job: Job, target: Target, result: Result, source: ObjectInfo, worker: Worker) -> Made:
    """Write a result, unless its source has been replaced since it was read.

    Whoever writes a target holds its name, so that of two versions of a source the newer
    one's result is what stays, in whichever order their jobs come.
    """
    bucket = filled(target.bucket, job.bucket, job.key, result.format or "")
    key = filled(target.key, job.bucket, job.key, result.format or "")
    bucket_named(worker.world, bucket)
    check_key(key)
    with _holding(f"{bucket}/{key}", worker):
        now = worker.world.objects.head(job.bucket, job.key)
        _check_version(job, now)
        if now.etag != source.etag:
            raise Replaced(job.key)
        attributes = Attributes(content_type=result.content_type, by_rule=job.by_rule)
        with worker.context.stage("store"):
            worker.world.writer.put(bucket, key, result.body, attributes)
    return Made(bucket=bucket, key=key, size=len(result.body))


@contextmanager
def _holding(name: str, worker: Worker) -> Iterator[None]:
    locks = worker.workshop.locks
    if not locks.hold(name, worker.name, worker.until()):
        raise Busy(name)
    try:
        yield
    finally:
        locks.release(name, worker.name)
