"""Queue messages: each is completed, retried later, or dead-lettered with its reason."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from darkroom.errors import Code, Failure, OssError
from darkroom.jobs import InvalidMessage, Job, State, Task
from darkroom.ports.jobs import AlreadyClaimed
from darkroom.ports.objects import ObjectReplaced
from darkroom.telemetry.logs import LogContext
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.jobs.object_events import job_from_event, parse_message
from darkroom.usecases.jobs.run import fail_job, run_job
from darkroom.usecases.services import JobWorker

MIN_RETRY_DELAY, MAX_RETRY_DELAY = 5, 900
"""Seconds until a message is visible again, doubled with each delivery up to the maximum."""

CLAIMED_RETRY_DELAY = 10
"""First delay while another worker holds the job: all delays together outlast a killed worker."""

NOT_STARTED_DELAY = 1
"""Visibility timeout, in seconds, of a message that there was no time to start."""

MIN_SECONDS_TO_START = 5.0
"""Seconds that must be left of the function's time to start a message."""

# Reasons are logged, so they name no object.
KILLED = "The function was killed on every attempt (out of memory or timeout)."
CLAIMED_ELSEWHERE = "Another worker holds the job or the lock of its target."
OBJECT_REPLACED = "An object was replaced meanwhile."


class QueueMessage(Struct, frozen=True, kw_only=True):
    """A message as the queue delivers it."""

    body: str
    receipt_handle: str
    receive_count: int


class MessageOutcome(Struct, frozen=True, kw_only=True):
    """Whether a message may be deleted, with the fields of its log line."""

    done: bool
    summary: str
    details: Mapping[str, object] = field(default_factory=dict)
    jobs: Mapping[str, int] = field(default_factory=dict)
    """Numbers of jobs accepted, done and failed with the message."""
    failure: Failure | None = None
    """Why the message is retried or has failed, or one of its jobs has."""

    def log_fields(self, log_context: LogContext, stopwatch: Stopwatch) -> dict[str, object]:
        """Return the fields of the message's log line."""
        return {
            "code": self.failure and self.failure.name,
            **self.details,
            **log_context.fields,
            "targets": log_context.targets,
            "stage_seconds": {name: round(each, 4) for name, each in stopwatch.seconds.items()},
        }

    def annotations(self, log_context: LogContext) -> dict[str, str | int]:
        """Return the annotations that its trace can be searched by."""
        code = {"code": self.failure.name} if self.failure else {}
        return {"outcome": self.summary, **log_context.scalars, **code}


def handle_message(message: QueueMessage, worker: JobWorker) -> MessageOutcome:
    """Run the jobs of a message and return the outcome.

    After a server error the message is retried, with a longer delay each time. A client error, or a
    failure of the last delivery, is dead-lettered with its reason.
    """
    if worker.context.remaining() < MIN_SECONDS_TO_START:
        worker.jobs.messages.retry_after(message.receipt_handle, NOT_STARTED_DELAY)
        return MessageOutcome(done=False, summary="not started: out of time")
    try:
        jobs = _jobs(message.body, worker)
    except InvalidMessage as error:
        return _dead_letter(message, str(error), Failure.of(error), worker)
    except OssError as error:
        return _retry_or_fail(message, error, [], worker)
    return _run_jobs(message, jobs, worker)


def _run_jobs(message: QueueMessage, jobs: list[Job], worker: JobWorker) -> MessageOutcome:
    try:
        if message.receive_count > worker.services.settings.max_receive_count and _was_attempted(
            jobs, worker
        ):
            # The last attempt stored no result: the function was killed.
            return _retry_or_fail(message, OssError(Code.SERVICE_UNAVAILABLE, KILLED), jobs, worker)
        return _summarize(message, [run_job(job, worker) for job in jobs])
    except OssError as error:
        return _retry_or_fail(message, error, jobs, worker)
    except AlreadyClaimed:
        reason = OssError(Code.SERVICE_UNAVAILABLE, CLAIMED_ELSEWHERE)
        return _retry_or_fail(message, reason, jobs, worker, first_delay=CLAIMED_RETRY_DELAY)
    except ObjectReplaced:
        reason = OssError(Code.SERVICE_UNAVAILABLE, OBJECT_REPLACED)
        return _retry_or_fail(message, reason, jobs, worker)


def _was_attempted(jobs: list[Job], worker: JobWorker) -> bool:
    """Return whether any job was started: a delivery may run out of time before it starts one."""
    tasks = [worker.jobs.tasks.find(job.task_id) for job in jobs]
    return any(task is not None and task.attempts for task in tasks)


def handle_crash(message: QueueMessage, error: Exception, worker: JobWorker) -> MessageOutcome:
    """Retry or fail a message whose handling raised an unexpected exception."""
    reason = OssError(Code.INTERNAL_ERROR, f"{type(error).__name__} while it was worked on")
    try:
        jobs = _jobs(message.body, worker)
    except (InvalidMessage, OssError):
        jobs = []
    return _retry_or_fail(message, reason, jobs, worker)


def _jobs(body: str, worker: JobWorker) -> list[Job]:
    found = parse_message(body, worker.services.settings)
    if isinstance(found, Job):
        return [found]
    jobs = (job_from_event(event, worker.services) for event in found)
    return [job for job in jobs if job is not None]


def _summarize(
    message: QueueMessage, tasks: Iterable[Task], *, server_error: bool = False
) -> MessageOutcome:
    """Return the outcome of finished tasks, with `server_error` as the class of their failures."""
    finished = list(tasks)
    failed = sum(task.state is State.FAILED for task in finished)
    # Jobs of the HTTP interface were counted when they were submitted.
    by_rules = sum(task.job.by_rule for task in finished) if message.receive_count == 1 else 0
    return MessageOutcome(
        done=True,
        summary="message done",
        details={"tasks": {task.job.task_id: task.code or task.state.value for task in finished}},
        jobs={"accepted": by_rules, "done": len(finished) - failed, "failed": failed},
        failure=next(
            (
                Failure(name=task.code, is_server_error=server_error)
                for task in finished
                if task.code
            ),
            None,
        ),
    )


def _retry_or_fail(
    message: QueueMessage,
    error: OssError,
    jobs: list[Job],
    worker: JobWorker,
    *,
    first_delay: int = MIN_RETRY_DELAY,
) -> MessageOutcome:
    reason = f"{error.code.wire}: {error.message}"
    last = message.receive_count >= worker.services.settings.max_receive_count
    if error.is_server_error and not last:
        pause = min(first_delay * 2 ** (message.receive_count - 1), MAX_RETRY_DELAY)
        worker.jobs.messages.retry_after(message.receipt_handle, pause)
        return _will_retry(error)
    if not jobs:
        return _dead_letter(message, reason, Failure.of(error), worker)
    try:
        failed = [fail_job(job, error, worker) for job in jobs]
    except AlreadyClaimed:
        # The worker that holds the job finishes it; the queue has one more delivery if it fails.
        return _will_retry(error)
    return _summarize(message, failed, server_error=error.is_server_error)


def _will_retry(error: OssError) -> MessageOutcome:
    """Return the outcome of a retry, without a client error's message: it may quote the caller."""
    details = {"reason": error.message} if error.is_server_error else {}
    return MessageOutcome(
        done=False, summary="will retry", details=details, failure=Failure.of(error)
    )


def _dead_letter(
    message: QueueMessage, reason: str, failure: Failure, worker: JobWorker
) -> MessageOutcome:
    worker.jobs.messages.dead_letter(message.body, reason)
    return MessageOutcome(done=True, summary="dead-lettered", failure=failure)
