"""What becomes of a message: done, tried again later, or buried with its reason."""

from dataclasses import dataclass, field, replace

from darkroom.errors import Code, OssError
from darkroom.jobs import Job, Malformed, State, Task
from darkroom.ports import Busy, Replaced
from darkroom.usecases.arrivals import job_for, understood
from darkroom.usecases.persist import Worker, give_up, persist

FIRST_PAUSE, LONGEST_PAUSE = 5, 900
"""Seconds until a message comes again, doubled with each delivery up to the longest."""

LEAST_SECONDS = 5.0
"""What must be left of the function's time to begin with a message."""


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
    details: dict[str, object] = field(default_factory=dict)


def deliver(delivery: Delivery, worker: Worker) -> Verdict:
    """Do what a message asks for.

    A failure of ours has it come again, later each time. What failed for good, by its own
    fault or for want of deliveries, goes to the dead letters with its reason.
    """
    if worker.context.remaining() < LEAST_SECONDS:
        return Verdict(done=False, summary="no time left")
    try:
        jobs = _jobs(delivery.body, worker)
    except Malformed as error:
        return _buried(delivery, str(error), worker)
    except OssError as error:
        return _failed(delivery, error, [], worker)
    try:
        return _summed_up([persist(job, worker) for job in jobs], worker)
    except OssError as error:
        return _failed(delivery, error, jobs, worker)
    except (Busy, Replaced) as error:
        reason = OssError(Code.SERVICE_UNAVAILABLE, f"{type(error).__name__}: {error}")
        return _failed(delivery, reason, jobs, worker)


def _jobs(body: str, worker: Worker) -> list[Job]:
    found = understood(body, worker.world.settings)
    if isinstance(found, Job):
        return [found]
    jobs = (job_for(arrival, worker.world) for arrival in found)
    return [job for job in jobs if job is not None]


def _summed_up(tasks: list[Task], worker: Worker) -> Verdict:
    """Name the tasks and their ends, and bury the jobs that failed.

    The letter is a round further than its job: only who sends it again has it tried again.
    """
    for task in tasks:
        if task.state is State.FAILED:
            letter = replace(task.job, round=task.job.round + 1)
            worker.workshop.letters.bury(letter.text(), f"{task.code}: {task.message}")
    ends = {task.job.task_id: task.code or task.state.value for task in tasks}
    return Verdict(done=True, summary="delivered", details={"tasks": ends})


def _failed(delivery: Delivery, error: OssError, jobs: list[Job], worker: Worker) -> Verdict:
    reason = f"{error.code.wire}: {error.message}"
    last = delivery.number >= worker.world.settings.deliveries
    if error.status >= 500 and not last:
        pause = min(FIRST_PAUSE * 2 ** (delivery.number - 1), LONGEST_PAUSE)
        worker.workshop.letters.postpone(delivery.receipt, pause)
        return Verdict(done=False, summary="again later", details={"reason": reason})
    if not jobs:
        return _buried(delivery, reason, worker)
    return _summed_up([give_up(job, error, worker) for job in jobs], worker)


def _buried(delivery: Delivery, reason: str, worker: Worker) -> Verdict:
    worker.workshop.letters.bury(delivery.body, reason)
    return Verdict(done=True, summary="buried", details={"reason": reason})
