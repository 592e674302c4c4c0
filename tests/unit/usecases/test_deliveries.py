"""A message is done, comes again later, or is buried with its reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from darkroom.buckets import Bucket
from darkroom.imaging.steps import Context
from darkroom.jobs import Job, State, Target, Task
from darkroom.ports import Busy, Replaced
from darkroom.settings import Settings
from darkroom.usecases.jobs.messages import BUSY_PAUSE, NO_WORD, Delivery, deliver, fail
from darkroom.usecases.services import GRACE, Worker
from tests.fakes.objects import MemoryObjects
from tests.fakes.workshop import MemoryQueue, MemoryTasks, workshop
from tests.fakes.world import NOW, world
from tests.pictures import photographic, stored
from tests.unit.usecases.test_persist import Interrupted, busy

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
) -> Worker:
    """Hire one, and store the picture."""
    objects.add("demo", "a.jpg", stored(photographic((8, 6)), "JPEG"))
    place = workshop(queue=queue, tasks=tasks)
    return Worker(
        name="one",
        world=world(Bucket(name="demo"), objects=objects, workshop=place),
        workshop=place,
        context=Context(remaining=lambda: seconds),
    )


def delivery(body: str, number: int = 1) -> Delivery:
    """Deliver a message for the n-th time."""
    return Delivery(body=body, receipt="receipt", number=number)


def test_a_job_is_done() -> None:
    """And its message is done with."""
    objects, queue, tasks = MemoryObjects(), MemoryQueue(), MemoryTasks()
    assert deliver(delivery(JOB.text()), worker(objects, queue, tasks)).done
    assert ("demo", "small.jpg") in objects.stored
    assert (queue.buried, queue.postponed) == ([], [])


def replaced() -> None:
    """Be an object that is another by now."""
    raise Replaced("a.jpg")


def taken() -> None:
    """Be a target that another worker writes."""
    raise Busy("demo/small.jpg")


@pytest.mark.parametrize("happens", [replaced, taken], ids=["replaced", "taken"])
def test_why_a_message_comes_again_is_told_without_names(happens: Callable[[], None]) -> None:
    """The log is no place for keys of objects, of the target's least of all."""
    hands = worker(Interrupted(before_write={0: happens}), MemoryQueue(), MemoryTasks())
    verdict = deliver(delivery(JOB.text()), hands)
    assert not verdict.done
    assert str(verdict.details["reason"]).endswith(".")
    assert ".jpg" not in str(verdict)


@pytest.mark.parametrize(("number", "pause"), [(1, 5), (2, 10), (4, 40)])
def test_a_failure_of_ours_comes_again_later_each_time(number: int, pause: int) -> None:
    """Throttling and time-outs pass."""
    queue = MemoryQueue()
    hands = worker(Interrupted(before_write={0: busy}), queue, MemoryTasks())
    assert not deliver(delivery(JOB.text(), number), hands).done
    assert queue.postponed == [("receipt", pause)]
    assert queue.buried == []


def test_the_last_delivery_ends_among_the_dead_letters() -> None:
    """With the reason beside the message, and in the task."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    hands = worker(Interrupted(before_write={0: busy}), queue, tasks)
    assert deliver(delivery(JOB.text(), hands.world.settings.deliveries), hands).done
    ((message, reason),) = queue.buried
    assert message == replace(JOB, round=1).text()
    assert reason.startswith("ServiceUnavailable: ")
    task = tasks.tasks["Image-1"]
    assert (task.state, task.code) == (State.FAILED, "ServiceUnavailable")


def test_a_dead_letter_that_is_sent_again_is_done() -> None:
    """Redriving needs nothing but the message."""
    queue, tasks, objects = MemoryQueue(), MemoryTasks(), Interrupted(before_write={0: busy})
    hands = worker(objects, queue, tasks)
    deliver(delivery(JOB.text(), 5), hands)
    objects.before_write.clear()
    assert deliver(delivery(queue.buried[0][0]), hands).done
    assert tasks.tasks["Image-1"].state is State.SUCCEEDED


def test_a_poisoned_message_is_buried_at_once() -> None:
    """No delivery will make it any better."""
    queue = MemoryQueue()
    hands = worker(MemoryObjects(), queue, MemoryTasks())
    assert deliver(delivery("no json"), hands).done
    assert queue.buried[0][0] == "no json"
    assert "neither a job nor an event" in queue.buried[0][1]


def test_a_permanent_failure_is_buried_at_once() -> None:
    """Nothing that was accepted disappears: task and dead letter say why."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    hands = worker(MemoryObjects(), queue, tasks)
    assert deliver(delivery(replace(JOB, key="nowhere.jpg").text()), hands).done
    assert tasks.tasks["Image-1"].code == "NoSuchKey"
    assert [reason.split(":")[0] for _, reason in queue.buried] == ["NoSuchKey"]
    assert queue.postponed == []


def test_what_there_is_no_time_for_is_not_begun() -> None:
    """The rest of a batch comes again, and none of it is half done."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    hands = worker(MemoryObjects(), queue, tasks, seconds=1)
    assert not deliver(delivery(JOB.text()), hands).done
    assert tasks.tasks == {}
    assert queue.postponed == [("receipt", 1)]


def test_a_duplicate_of_a_failure_is_not_buried_again() -> None:
    """One dead letter for one end, however often the message comes."""
    queue = MemoryQueue()
    hands = worker(MemoryObjects(), queue, MemoryTasks())
    body = replace(JOB, key="nowhere.jpg").text()
    for _ in range(3):
        assert deliver(delivery(body), hands).done
    assert len(queue.buried) == 1


def test_a_letter_that_fails_again_is_buried_again() -> None:
    """Each round ends with a letter of its own."""
    queue = MemoryQueue()
    hands = worker(MemoryObjects(), queue, MemoryTasks())
    deliver(delivery(replace(JOB, key="nowhere.jpg").text()), hands)
    deliver(delivery(queue.buried[0][0]), hands)
    rounds = [json.loads(body)["job"]["round"] for body, _ in queue.buried]
    assert rounds == [1, 2]


def test_a_job_whose_attempts_left_no_word_ends_with_one() -> None:
    """The queue delivers it once more than it is tried: to say that every attempt was killed."""
    queue, tasks, objects = MemoryQueue(), MemoryTasks(), MemoryObjects()
    hands = worker(objects, queue, tasks)
    tasks.accept(Task(job=JOB, attempts=5))
    assert deliver(delivery(JOB.text(), hands.world.settings.deliveries + 1), hands).done
    assert ("demo", "small.jpg") not in objects.stored
    assert [reason for _, reason in queue.buried] == [f"ServiceUnavailable: {NO_WORD}"]
    assert tasks.tasks["Image-1"].state is State.FAILED


@pytest.mark.parametrize(
    ("number", "state", "done"), [(1, State.ACCEPTED, False), (5, State.FAILED, True)]
)
def test_an_error_nobody_thought_of_is_one_of_ours(number: int, state: State, done: bool) -> None:
    """Its message comes again, and in the end it is buried like any other."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    hands = worker(MemoryObjects(), queue, tasks)
    tasks.accept(Task(job=JOB))
    verdict = fail(delivery(JOB.text(), number), ZeroDivisionError(), hands)
    assert (verdict.done, tasks.tasks["Image-1"].state) == (done, state)
    assert [reason.split(":")[0] for _, reason in queue.buried] == ["InternalError"] * done


def test_a_job_for_which_there_never_was_any_time_is_tried() -> None:
    """However often its message came at the end of a batch."""
    queue, objects = MemoryQueue(), MemoryObjects()
    hands = worker(objects, queue, MemoryTasks())
    assert deliver(delivery(JOB.text(), hands.world.settings.deliveries + 1), hands).done
    assert ("demo", "small.jpg") in objects.stored
    assert queue.buried == []


@pytest.mark.parametrize(("number", "pauses"), [(1, [10]), (4, [80]), (5, []), (6, [])])
def test_a_job_that_another_worker_has_comes_again(number: int, pauses: list[int]) -> None:
    """Even at its last delivery it is left to its worker, and not given up."""
    queue, tasks = MemoryQueue(), MemoryTasks()
    tasks.accept(Task(job=JOB))
    tasks.claim("Image-1", "another", NOW + timedelta(seconds=9))
    verdict = deliver(delivery(JOB.text(), number), worker(MemoryObjects(), queue, tasks))
    assert not verdict.done
    assert [seconds for _, seconds in queue.postponed] == pauses
    assert queue.buried == []


def test_pauses_outlast_a_worker_that_was_killed() -> None:
    """What it held is free again before the last delivery of whoever waits for it."""
    deliveries = Settings(buckets={}).deliveries
    pauses = [BUSY_PAUSE * 2**number for number in range(deliveries - 1)]
    assert sum(pauses) > FUNCTION_SECONDS + GRACE.total_seconds()


def test_what_was_done_is_counted() -> None:
    """A job of the interface was counted as accepted when it was submitted."""
    hands = worker(MemoryObjects(), MemoryQueue(), MemoryTasks())
    lost = replace(JOB, task_id="Image-2", key="nowhere.jpg", by_rule=True)
    assert deliver(delivery(JOB.text()), hands).jobs == {"accepted": 0, "done": 1, "failed": 0}
    assert deliver(delivery(lost.text()), hands).jobs == {"accepted": 1, "done": 0, "failed": 1}
