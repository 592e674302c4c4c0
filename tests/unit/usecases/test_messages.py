"""A message is done, comes again later, or is buried with its reason."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from darkroom.buckets import Bucket
from darkroom.imaging.context import ProcessingContext
from darkroom.jobs import Job, State, Target, Task
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
"""The persist function's time, as in template.yaml."""

JOB = Job(
    task_id="Image-1",
    event_id="123-abc",
    bucket="demo",
    key="a.jpg",
    targets=(Target(process="image/resize,w_4", bucket="demo", key="small.jpg"),),
    accepted=NOW,
)


def worker(
    objects: MemoryObjects, queue: MemoryQueue, tasks: MemoryTasks, seconds: float = 60
) -> JobWorker:
    """Store the picture, and build a worker on these stores."""
    objects.add("demo", "a.jpg", stored(photographic((8, 6)), "JPEG"))
    place = memory_job_services(queue=queue, tasks=tasks)
    return JobWorker(
        name="one",
        services=memory_services(Bucket(name="demo"), objects=objects, jobs=place),
        jobs=place,
        context=ProcessingContext(remaining=lambda: seconds),
    )


def delivery(body: str, number: int = 1) -> QueueMessage:
    """Deliver a message for the n-th time."""
    return QueueMessage(body=body, receipt_handle="receipt", receive_count=number)


def test_a_job_is_done() -> None:
    """And its message is done with."""
    objects, queue, tasks = MemoryObjects(), MemoryQueue(), MemoryTasks()
    assert handle_message(delivery(JOB.to_json()), worker(objects, queue, tasks)).done
    assert ("demo", "small.jpg") in objects.stored
    assert (queue.dead_lettered, queue.delayed) == ([], [])


def replaced() -> None:
    """Be an object that is another by now."""
    raise ObjectReplaced("a.jpg")


def taken() -> None:
    """Be a target that another worker writes."""
    raise AlreadyClaimed("demo/small.jpg")


@pytest.mark.parametrize("happens", [replaced, taken], ids=["replaced", "taken"])
def test_why_a_message_comes_again_is_told_without_names(happens: Callable[[], None]) -> None:
    """The log is no place for keys of objects, of the target's least of all."""
    hands = worker(Interrupted(before_write={0: happens}), MemoryQueue(), MemoryTasks())
    verdict = handle_message(delivery(JOB.to_json()), hands)
    assert not verdict.done
    assert str(verdict.details["reason"]).endswith(".")
    assert ".jpg" not in str(verdict)


@pytest.mark.parametrize(("number", "pause"), [(1, 5), (2, 10), (4, 40)])
def test_a_failure_of_ours_comes_again_later_each_time(number: int, pause: int) -> None:
    """Throttling and time-outs pass."""
    queue = MemoryQueue()
    hands = worker(Interrupted(before_write={0: busy}), queue, MemoryTasks())
    assert not handle_message(delivery(JOB.to_json(), number), hands).done
    assert queue.delayed == [("receipt", pause)]
    assert queue.dead_lettered == []


def test_the_last_delivery_ends_among_the_dead_letters() -> None:
    """With the reason beside the message, and in the task."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    hands = worker(Interrupted(before_write={0: busy}), queue, tasks)
    assert handle_message(
        delivery(JOB.to_json(), hands.services.settings.max_receive_count), hands
    ).done
    ((message, reason),) = queue.dead_lettered
    assert message == replace(JOB, redrive_count=1).to_json()
    assert reason.startswith("ServiceUnavailable: ")
    task = tasks.tasks["Image-1"]
    assert (task.state, task.code) == (State.FAILED, "ServiceUnavailable")


def test_a_dead_letter_that_is_sent_again_is_done() -> None:
    """Redriving needs nothing but the message."""
    queue, tasks, objects = MemoryQueue(), MemoryTasks(), Interrupted(before_write={0: busy})
    hands = worker(objects, queue, tasks)
    handle_message(delivery(JOB.to_json(), 5), hands)
    objects.before_write.clear()
    assert handle_message(delivery(queue.dead_lettered[0][0]), hands).done
    assert tasks.tasks["Image-1"].state is State.SUCCEEDED


def test_a_poisoned_message_is_buried_at_once() -> None:
    """No delivery will make it any better."""
    queue = MemoryQueue()
    hands = worker(MemoryObjects(), queue, MemoryTasks())
    assert handle_message(delivery("no json"), hands).done
    assert queue.dead_lettered[0][0] == "no json"
    assert "neither a job nor an event" in queue.dead_lettered[0][1]


def test_a_permanent_failure_is_buried_at_once() -> None:
    """Nothing that was accepted disappears: task and dead letter say why."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    hands = worker(MemoryObjects(), queue, tasks)
    assert handle_message(delivery(replace(JOB, key="nowhere.jpg").to_json()), hands).done
    assert tasks.tasks["Image-1"].code == "NoSuchKey"
    assert [reason.split(":")[0] for _, reason in queue.dead_lettered] == ["NoSuchKey"]
    assert queue.delayed == []


def test_what_there_is_no_time_for_is_not_begun() -> None:
    """The rest of a batch comes again, and none of it is half done."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    hands = worker(MemoryObjects(), queue, tasks, seconds=1)
    assert not handle_message(delivery(JOB.to_json()), hands).done
    assert tasks.tasks == {}
    assert queue.delayed == [("receipt", 1)]


def test_a_duplicate_of_a_failure_is_not_buried_again() -> None:
    """One dead letter for one end, however often the message comes."""
    queue = MemoryQueue()
    hands = worker(MemoryObjects(), queue, MemoryTasks())
    body = replace(JOB, key="nowhere.jpg").to_json()
    for _ in range(3):
        assert handle_message(delivery(body), hands).done
    assert len(queue.dead_lettered) == 1


def test_a_letter_that_fails_again_is_buried_again() -> None:
    """Each round ends with a letter of its own."""
    queue = MemoryQueue()
    hands = worker(MemoryObjects(), queue, MemoryTasks())
    handle_message(delivery(replace(JOB, key="nowhere.jpg").to_json()), hands)
    handle_message(delivery(queue.dead_lettered[0][0]), hands)
    rounds = [json.loads(body)["job"]["round"] for body, _ in queue.dead_lettered]
    assert rounds == [1, 2]


def test_a_job_whose_attempts_left_no_word_ends_with_one() -> None:
    """The queue delivers it once more than it is tried: to say that every attempt was killed."""
    queue, tasks, objects = MemoryQueue(), MemoryTasks(), MemoryObjects()
    hands = worker(objects, queue, tasks)
    tasks.create(Task(job=JOB, attempts=5))
    assert handle_message(
        delivery(JOB.to_json(), hands.services.settings.max_receive_count + 1), hands
    ).done
    assert ("demo", "small.jpg") not in objects.stored
    assert [reason for _, reason in queue.dead_lettered] == [f"ServiceUnavailable: {KILLED}"]
    assert tasks.tasks["Image-1"].state is State.FAILED


@pytest.mark.parametrize(
    ("number", "state", "done"), [(1, State.ACCEPTED, False), (5, State.FAILED, True)]
)
def test_an_error_nobody_thought_of_is_one_of_ours(number: int, state: State, done: bool) -> None:
    """Its message comes again, and in the end it is buried like any other."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    hands = worker(MemoryObjects(), queue, tasks)
    tasks.create(Task(job=JOB))
    verdict = handle_crash(delivery(JOB.to_json(), number), ZeroDivisionError(), hands)
    assert (verdict.done, tasks.tasks["Image-1"].state) == (done, state)
    assert [reason.split(":")[0] for _, reason in queue.dead_lettered] == ["InternalError"] * done


def test_a_job_for_which_there_never_was_any_time_is_tried() -> None:
    """However often its message came at the end of a batch."""
    queue, objects = MemoryQueue(), MemoryObjects()
    hands = worker(objects, queue, MemoryTasks())
    assert handle_message(
        delivery(JOB.to_json(), hands.services.settings.max_receive_count + 1), hands
    ).done
    assert ("demo", "small.jpg") in objects.stored
    assert queue.dead_lettered == []


@pytest.mark.parametrize(("number", "pauses"), [(1, [10]), (4, [80]), (5, []), (6, [])])
def test_a_job_that_another_worker_has_comes_again(number: int, pauses: list[int]) -> None:
    """Even at its last delivery it is left to its worker, and not given up."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    tasks.create(Task(job=JOB))
    tasks.claim("Image-1", "another", NOW + timedelta(seconds=9))
    verdict = handle_message(delivery(JOB.to_json(), number), worker(MemoryObjects(), queue, tasks))
    assert not verdict.done
    assert [seconds for _, seconds in queue.delayed] == pauses
    assert queue.dead_lettered == []


def test_pauses_outlast_a_worker_that_was_killed() -> None:
    """What it held is free again before the last delivery of whoever waits for it."""
    deliveries = Settings(buckets={}).max_receive_count
    pauses = [CLAIMED_RETRY_DELAY * 2**number for number in range(deliveries - 1)]
    assert sum(pauses) > FUNCTION_SECONDS + LEASE_MARGIN.total_seconds()


def test_what_was_done_is_counted() -> None:
    """A job of the interface was counted as accepted when it was submitted."""
    hands = worker(MemoryObjects(), MemoryQueue(), MemoryTasks())
    lost = replace(JOB, task_id="Image-2", key="nowhere.jpg", by_rule=True)
    assert handle_message(delivery(JOB.to_json()), hands).jobs == {
        "accepted": 0,
        "done": 1,
        "failed": 0,
    }
    assert handle_message(delivery(lost.to_json()), hands).jobs == {
        "accepted": 1,
        "done": 0,
        "failed": 1,
    }
