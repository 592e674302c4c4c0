"""A queue message is done, delivered again later, or dead-lettered with a reason."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from darkroom.buckets import Bucket
from darkroom.imaging.context import ProcessingContext
from darkroom.jobs import Job, JobTarget, State, Task
from darkroom.ports.jobs import AlreadyClaimed
from darkroom.ports.objects import ObjectReplaced
from darkroom.settings import Settings
from darkroom.usecases.jobs.messages import (
    CLAIMED_RETRY_DELAY,
    KILLED,
    QueueMessage,
    handle_crash,
    handle_message,
)
from darkroom.usecases.services import LEASE_MARGIN, JobWorker
from tests.fakes.job_services import MemoryQueue, MemoryTasks, memory_job_services
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import NOW, memory_services
from tests.pictures import photographic, stored
from tests.unit.usecases.test_run import Interrupted, busy

FUNCTION_SECONDS = 120
"""The persist function's timeout, as in template.yaml."""

JOB = Job(
    task_id="Image-1",
    event_id="123-abc",
    bucket="demo",
    key="a.jpg",
    targets=(JobTarget(process="image/resize,w_4", bucket="demo", key="small.jpg"),),
    accepted=NOW,
)


def worker(
    objects: MemoryObjects, queue: MemoryQueue, tasks: MemoryTasks, seconds: float = 60
) -> JobWorker:
    """Store the picture and return a worker on these stores."""
    objects.add("demo", "a.jpg", stored(photographic((8, 6)), "JPEG"))
    jobs = memory_job_services(queue=queue, tasks=tasks)
    return JobWorker(
        name="one",
        services=memory_services(Bucket(name="demo"), objects=objects, jobs=jobs),
        jobs=jobs,
        context=ProcessingContext(remaining=lambda: seconds),
    )


def delivery(body: str, count: int = 1) -> QueueMessage:
    """Return a message with this receive count."""
    return QueueMessage(body=body, receipt_handle="receipt", receive_count=count)


def test_a_valid_job_is_done() -> None:
    """The worker stores the result and neither delays nor dead-letters the message."""
    objects, queue, tasks = MemoryObjects(), MemoryQueue(), MemoryTasks()
    assert handle_message(delivery(JOB.to_json()), worker(objects, queue, tasks)).done
    assert ("demo", "small.jpg") in objects.stored
    assert (queue.dead_lettered, queue.delayed) == ([], [])


def replaced() -> None:
    """Raise the error for an object that was replaced during the read."""
    raise ObjectReplaced("a.jpg")


def claimed() -> None:
    """Raise the error for a target that another worker has locked."""
    raise AlreadyClaimed("demo/small.jpg")


@pytest.mark.parametrize("error", [replaced, claimed], ids=["replaced", "taken"])
def test_the_reason_of_a_retry_contains_no_key(error: Callable[[], None]) -> None:
    """The logged reason contains neither the source's key nor the target's."""
    job_worker = worker(Interrupted(before_write={0: error}), MemoryQueue(), MemoryTasks())
    outcome = handle_message(delivery(JOB.to_json()), job_worker)
    assert not outcome.done
    assert str(outcome.details["reason"]).endswith(".")
    assert ".jpg" not in str(outcome)


@pytest.mark.parametrize(("count", "delay"), [(1, 5), (2, 10), (4, 40)])
def test_a_server_error_is_retried_with_exponential_delay(count: int, delay: int) -> None:
    """The visibility timeout doubles with each receive count."""
    queue = MemoryQueue()
    job_worker = worker(Interrupted(before_write={0: busy}), queue, MemoryTasks())
    assert not handle_message(delivery(JOB.to_json(), count), job_worker).done
    assert queue.delayed == [("receipt", delay)]
    assert queue.dead_lettered == []


def test_the_last_delivery_is_dead_lettered() -> None:
    """The dead-letter queue gets message and reason; the task is FAILED with the error code."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    job_worker = worker(Interrupted(before_write={0: busy}), queue, tasks)
    assert handle_message(
        delivery(JOB.to_json(), job_worker.services.settings.max_receive_count), job_worker
    ).done
    ((message, reason),) = queue.dead_lettered
    assert message == replace(JOB, redrive_count=1).to_json()
    assert reason.startswith("ServiceUnavailable: ")
    task = tasks.tasks["Image-1"]
    assert (task.state, task.code) == (State.FAILED, "ServiceUnavailable")


def test_a_redriven_message_is_done() -> None:
    """A dead-lettered message contains everything that a redrive needs."""
    queue, tasks, objects = MemoryQueue(), MemoryTasks(), Interrupted(before_write={0: busy})
    job_worker = worker(objects, queue, tasks)
    handle_message(delivery(JOB.to_json(), 5), job_worker)
    objects.before_write.clear()
    assert handle_message(delivery(queue.dead_lettered[0][0]), job_worker).done
    assert tasks.tasks["Image-1"].state is State.SUCCEEDED


def test_an_invalid_message_is_dead_lettered_at_once() -> None:
    """A message that is not JSON is dead-lettered at its first delivery."""
    queue = MemoryQueue()
    job_worker = worker(MemoryObjects(), queue, MemoryTasks())
    assert handle_message(delivery("no json"), job_worker).done
    assert queue.dead_lettered[0][0] == "no json"
    assert "neither a job nor an event" in queue.dead_lettered[0][1]


def test_a_permanent_failure_is_dead_lettered_at_once() -> None:
    """The task and the dead-letter reason contain the error code."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    job_worker = worker(MemoryObjects(), queue, tasks)
    assert handle_message(delivery(replace(JOB, key="nowhere.jpg").to_json()), job_worker).done
    assert tasks.tasks["Image-1"].code == "NoSuchKey"
    assert [reason.split(":")[0] for _, reason in queue.dead_lettered] == ["NoSuchKey"]
    assert queue.delayed == []


def test_a_job_is_not_started_without_time() -> None:
    """Without time left the message is delivered again and no task is created."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    job_worker = worker(MemoryObjects(), queue, tasks, seconds=1)
    assert not handle_message(delivery(JOB.to_json()), job_worker).done
    assert tasks.tasks == {}
    assert queue.delayed == [("receipt", 1)]


def test_a_duplicate_of_a_failed_job_is_not_dead_lettered_again() -> None:
    """Duplicates of a failed job's message add no second dead letter."""
    queue = MemoryQueue()
    job_worker = worker(MemoryObjects(), queue, MemoryTasks())
    body = replace(JOB, key="nowhere.jpg").to_json()
    for _ in range(3):
        assert handle_message(delivery(body), job_worker).done
    assert len(queue.dead_lettered) == 1


def test_a_redriven_message_that_fails_is_dead_lettered_again() -> None:
    """Each redrive that fails adds a dead letter with its redrive count."""
    queue = MemoryQueue()
    job_worker = worker(MemoryObjects(), queue, MemoryTasks())
    handle_message(delivery(replace(JOB, key="nowhere.jpg").to_json()), job_worker)
    handle_message(delivery(queue.dead_lettered[0][0]), job_worker)
    rounds = [json.loads(body)["job"]["round"] for body, _ in queue.dead_lettered]
    assert rounds == [1, 2]


def test_a_job_whose_attempts_were_all_killed_is_dead_lettered() -> None:
    """The delivery after the last attempt dead-letters the message with the reason `KILLED`."""
    queue, tasks, objects = MemoryQueue(), MemoryTasks(), MemoryObjects()
    job_worker = worker(objects, queue, tasks)
    tasks.create(Task(job=JOB, attempts=5))
    assert handle_message(
        delivery(JOB.to_json(), job_worker.services.settings.max_receive_count + 1), job_worker
    ).done
    assert ("demo", "small.jpg") not in objects.stored
    assert [reason for _, reason in queue.dead_lettered] == [f"ServiceUnavailable: {KILLED}"]
    assert tasks.tasks["Image-1"].state is State.FAILED


@pytest.mark.parametrize(
    ("count", "state", "done"), [(1, State.ACCEPTED, False), (5, State.FAILED, True)]
)
def test_an_unexpected_exception_is_an_internal_error(count: int, state: State, done: bool) -> None:
    """The message is delivered again, and after the last delivery it is dead-lettered."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    job_worker = worker(MemoryObjects(), queue, tasks)
    tasks.create(Task(job=JOB))
    outcome = handle_crash(delivery(JOB.to_json(), count), ZeroDivisionError(), job_worker)
    assert (outcome.done, tasks.tasks["Image-1"].state) == (done, state)
    assert [reason.split(":")[0] for _, reason in queue.dead_lettered] == ["InternalError"] * done


def test_a_job_that_was_never_started_is_tried_at_the_last_delivery() -> None:
    """A message that was delivered too often but never started is processed."""
    queue, objects = MemoryQueue(), MemoryObjects()
    job_worker = worker(objects, queue, MemoryTasks())
    assert handle_message(
        delivery(JOB.to_json(), job_worker.services.settings.max_receive_count + 1), job_worker
    ).done
    assert ("demo", "small.jpg") in objects.stored
    assert queue.dead_lettered == []


@pytest.mark.parametrize(("count", "delays"), [(1, [10]), (4, [80]), (5, []), (6, [])])
def test_a_job_that_another_worker_has_claimed_is_retried(count: int, delays: list[int]) -> None:
    """Even at its last delivery the message is not dead-lettered."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    tasks.create(Task(job=JOB))
    tasks.claim("Image-1", "another", NOW + timedelta(seconds=9))
    outcome = handle_message(delivery(JOB.to_json(), count), worker(MemoryObjects(), queue, tasks))
    assert not outcome.done
    assert [seconds for _, seconds in queue.delayed] == delays
    assert queue.dead_lettered == []


def test_the_retry_delays_outlast_the_lease_of_a_killed_worker() -> None:
    """A killed worker's lease expires before the last delivery of a job that waits for it."""
    deliveries = Settings(buckets={}).max_receive_count
    delays = [CLAIMED_RETRY_DELAY * 2**count for count in range(deliveries - 1)]
    assert sum(delays) > FUNCTION_SECONDS + LEASE_MARGIN.total_seconds()


def test_jobs_are_counted_by_result() -> None:
    """A rule's job counts as accepted here; a submitted job was counted when it was submitted."""
    job_worker = worker(MemoryObjects(), MemoryQueue(), MemoryTasks())
    failing = replace(JOB, task_id="Image-2", key="nowhere.jpg", by_rule=True)
    assert handle_message(delivery(JOB.to_json()), job_worker).jobs == {
        "accepted": 0,
        "done": 1,
        "failed": 0,
    }
    assert handle_message(delivery(failing.to_json()), job_worker).jobs == {
        "accepted": 1,
        "done": 0,
        "failed": 1,
    }
