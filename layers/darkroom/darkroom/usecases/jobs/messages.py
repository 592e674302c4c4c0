"""What becomes of a message: done, tried again later, or buried with its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from darkroom.errors import Code, Failure, OssError
from darkroom.jobs import Job, Malformed, State, Task
from darkroom.ports import Busy, Replaced
from darkroom.telemetry.log_context import Journal
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.jobs.object_events import job_for, understood
from darkroom.usecases.jobs.run import give_up, persist
from darkroom.usecases.services import Worker

FIRST_PAUSE, LONGEST_PAUSE = 5, 900
"""Seconds until a message comes again, doubled with each delivery up to the longest."""

BUSY_PAUSE = 10
"""The first of these while another worker is at it: all of them outlast one that was killed."""

NEXT_PAUSE = 1
"""Seconds until a message comes again that was not begun with."""

LEAST_SECONDS = 5.0
"""What must be left of the function's time to begin with a message."""

# Reasons name no object: they are logged.
NO_WORD = "The function was killed on every attempt (out of memory or timeout)."
TAKEN = "Another worker is at the job, or at its target."
REPLACED = "An object was replaced meanwhile."


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message as the queue delivers it, for the `number`th time."""

    body: str
    receipt: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the message is done with, and what there is to say about it in a log."""

    done: bool
    summary: str
    details: Mapping[str, object] = field(default_factory=dict)
    jobs: Mapping[str, int] = field(default_factory=dict)
    """How many jobs were accepted, done and failed with it."""
    failure: Failure | None = None
    """Why it comes again or has failed, or one of its jobs has."""

    def line(self, journal: Journal, watch: Stopwatch) -> dict[str, object]:
        """Give its line in the log."""
        return {
            "code": self.failure and self.failure.name,
            **self.details,
            **journal.facts,
            "targets": journal.targets,
            "stage_seconds": watch.rounded(),
        }

    def annotations(self, journal: Journal) -> dict[str, str | int]:
        """Give what its trace can be found by."""
        code = {"code": self.failure.name} if self.failure else {}
        return {"outcome": self.summary, **journal.single, **code}


def deliver(delivery: Delivery, worker: Worker) -> Verdict:
    """Do what a message asks for.

    A failure of ours has it come again, later each time. What failed for good, by its own
    fault or for want of deliveries, goes to the dead letters with its reason.
    """
    if worker.context.remaining() < LEAST_SECONDS:
        worker.workshop.letters.postpone(delivery.receipt, NEXT_PAUSE)
        return Verdict(done=False, summary="not started: out of time")
    try:
        jobs = _jobs(delivery.body, worker)
    except Malformed as error:
        return _buried(delivery, str(error), Failure.of(error), worker)
    except OssError as error:
        return _failed(delivery, error, [], worker)
    return _attempted(delivery, jobs, worker)


def _attempted(delivery: Delivery, jobs: list[Job], worker: Worker) -> Verdict:
    try:
        if delivery.number > worker.world.settings.deliveries and _tried(jobs, worker):
            # The last attempt left no word: it took the function down with it.
            return _failed(delivery, OssError(Code.SERVICE_UNAVAILABLE, NO_WORD), jobs, worker)
        return _summed_up(delivery, [persist(job, worker) for job in jobs])
    except OssError as error:
        return _failed(delivery, error, jobs, worker)
    except Busy:
        reason = OssError(Code.SERVICE_UNAVAILABLE, TAKEN)
        return _failed(delivery, reason, jobs, worker, first_pause=BUSY_PAUSE)
    except Replaced:
        reason = OssError(Code.SERVICE_UNAVAILABLE, REPLACED)
        return _failed(delivery, reason, jobs, worker)


def _tried(jobs: list[Job], worker: Worker) -> bool:
    """Tell a message that was worked on from one for which there never was any time."""
    tasks = [worker.workshop.tasks.find(job.task_id) for job in jobs]
    return any(task is not None and task.attempts for task in tasks)


def fail(delivery: Delivery, error: Exception, worker: Worker) -> Verdict:
    """Have a message come again, or end it, that failed by an error nobody had thought of."""
    reason = OssError(Code.INTERNAL_ERROR, f"{type(error).__name__} while it was worked on")
    try:
        jobs = _jobs(delivery.body, worker)
    except (Malformed, OssError):
        jobs = []
    return _failed(delivery, reason, jobs, worker)


def _jobs(body: str, worker: Worker) -> list[Job]:
    found = understood(body, worker.world.settings)
    if isinstance(found, Job):
        return [found]
    jobs = (job_for(arrival, worker.world) for arrival in found)
    return [job for job in jobs if job is not None]


def _summed_up(delivery: Delivery, tasks: Iterable[Task], *, ours: bool = False) -> Verdict:
    """Name the tasks and their ends, and count them; say whether failures of theirs are ours."""
    ended = list(tasks)
    failed = sum(task.state is State.FAILED for task in ended)
    # A job of the interface was counted when it was submitted.
    by_rules = sum(task.job.by_rule for task in ended) if delivery.number == 1 else 0
    return Verdict(
        done=True,
        summary="message done",
        details={"tasks": {task.job.task_id: task.code or task.state.value for task in ended}},
        jobs={"accepted": by_rules, "done": len(ended) - failed, "failed": failed},
        failure=next((Failure(name=task.code, ours=ours) for task in ended if task.code), None),
    )


def _failed(
    delivery: Delivery,
    error: OssError,
    jobs: list[Job],
    worker: Worker,
    *,
    first_pause: int = FIRST_PAUSE,
) -> Verdict:
    reason = f"{error.code.wire}: {error.message}"
    last = delivery.number >= worker.world.settings.deliveries
    if error.ours and not last:
        pause = min(first_pause * 2 ** (delivery.number - 1), LONGEST_PAUSE)
        worker.workshop.letters.postpone(delivery.receipt, pause)
        return _again_later(error)
    if not jobs:
        return _buried(delivery, reason, Failure.of(error), worker)
    try:
        given_up = [give_up(job, error, worker) for job in jobs]
    except Busy:
        # Whoever is at it brings it to its end; the queue has one delivery more to see to it.
        return _again_later(error)
    return _summed_up(delivery, given_up, ours=error.ours)


def _again_later(error: OssError) -> Verdict:
    """Tell the log why; of an error that is not ours the code alone, as its words are others'."""
    details = {"reason": error.message} if error.ours else {}
    return Verdict(done=False, summary="will retry", details=details, failure=Failure.of(error))


def _buried(delivery: Delivery, reason: str, failure: Failure, worker: Worker) -> Verdict:
    worker.workshop.letters.bury(delivery.body, reason)
    return Verdict(done=True, summary="dead-lettered", failure=failure)
