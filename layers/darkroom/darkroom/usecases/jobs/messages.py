"""What becomes of a message: done, tried again later, or buried with its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
"""Seconds until a message comes again, doubled with each delivery up to the longest."""

CLAIMED_RETRY_DELAY = 10
"""The first of these while another worker is at it: all of them outlast one that was killed."""

NOT_STARTED_DELAY = 1
"""Seconds until a message comes again that was not begun with."""

MIN_SECONDS_TO_START = 5.0
"""What must be left of the function's time to begin with a message."""

# Reasons name no object: they are logged.
KILLED = "The function was killed on every attempt (out of memory or timeout)."
CLAIMED_ELSEWHERE = "Another worker is at the job, or at its target."
OBJECT_REPLACED = "An object was replaced meanwhile."


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessage:
    """A message as the queue delivers it, for the `number`th time."""

    body: str
    receipt_handle: str
    receive_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOutcome:
    """Whether the message is done with, and what there is to say about it in a log."""

    done: bool
    summary: str
    details: Mapping[str, object] = field(default_factory=dict)
    jobs: Mapping[str, int] = field(default_factory=dict)
    """How many jobs were accepted, done and failed with it."""
    failure: Failure | None = None
    """Why it comes again or has failed, or one of its jobs has."""

    def log_fields(self, log_context: LogContext, stopwatch: Stopwatch) -> dict[str, object]:
        """Give its line in the log."""
        return {
            "code": self.failure and self.failure.name,
            **self.details,
            **log_context.fields,
            "targets": log_context.targets,
            "stage_seconds": {name: round(each, 4) for name, each in stopwatch.seconds.items()},
        }

    def annotations(self, log_context: LogContext) -> dict[str, str | int]:
        """Give what its trace can be found by."""
        code = {"code": self.failure.name} if self.failure else {}
        return {"outcome": self.summary, **log_context.scalars, **code}


def handle_message(message: QueueMessage, worker: JobWorker) -> MessageOutcome:
    """Do what a message asks for.

    A failure of ours has it come again, later each time. What failed for good, by its own
    fault or for want of deliveries, goes to the dead letters with its reason.
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
            # The last attempt left no word: it took the function down with it.
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
    """Tell a message that was worked on from one for which there never was any time."""
    tasks = [worker.jobs.tasks.find(job.task_id) for job in jobs]
    return any(task is not None and task.attempts for task in tasks)


def handle_crash(message: QueueMessage, error: Exception, worker: JobWorker) -> MessageOutcome:
    """Have a message come again, or end it, that failed by an error nobody had thought of."""
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
    jobs = (job_from_event(arrival, worker.services) for arrival in found)
    return [job for job in jobs if job is not None]


def _summarize(
    message: QueueMessage, tasks: Iterable[Task], *, ours: bool = False
) -> MessageOutcome:
    """Name the tasks and their ends, and count them; say whether failures of theirs are ours."""
    ended = list(tasks)
    failed = sum(task.state is State.FAILED for task in ended)
    # A job of the interface was counted when it was submitted.
    by_rules = sum(task.job.by_rule for task in ended) if message.receive_count == 1 else 0
    return MessageOutcome(
        done=True,
        summary="message done",
        details={"tasks": {task.job.task_id: task.code or task.state.value for task in ended}},
        jobs={"accepted": by_rules, "done": len(ended) - failed, "failed": failed},
        failure=next(
            (Failure(name=task.code, is_server_error=ours) for task in ended if task.code), None
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
        given_up = [fail_job(job, error, worker) for job in jobs]
    except AlreadyClaimed:
        # Whoever is at it brings it to its end; the queue has one delivery more to see to it.
        return _will_retry(error)
    return _summarize(message, given_up, ours=error.is_server_error)


def _will_retry(error: OssError) -> MessageOutcome:
    """Tell the log why; of an error that is not ours the code alone, as its words are others'."""
    details = {"reason": error.message} if error.is_server_error else {}
    return MessageOutcome(
        done=False, summary="will retry", details=details, failure=Failure.of(error)
    )


def _dead_letter(
    message: QueueMessage, reason: str, failure: Failure, worker: JobWorker
) -> MessageOutcome:
    worker.jobs.messages.dead_letter(message.body, reason)
    return MessageOutcome(done=True, summary="dead-lettered", failure=failure)
