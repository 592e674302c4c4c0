"""A job runs once and completely, for any number of deliveries and workers."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from msgspec import structs
from msgspec.structs import replace

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.jobs import Job, JobTarget, State
from darkroom.ports.bodies import Body
from darkroom.ports.jobs import AlreadyClaimed
from darkroom.ports.objects import ObjectAttributes, OpenObject, PutResult, RangeSpec
from darkroom.usecases.jobs.run import fail_job, run_job
from darkroom.usecases.services import JobWorker
from tests.fakes.job_services import MemoryLocks, MemoryTasks, MemoryTopics, memory_job_services
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import NOW, memory_services
from tests.pictures import photographic, processed, stored

PICTURE = stored(photographic((80, 60)), "JPEG")
NEWER = stored(photographic((60, 80)), "JPEG")

JOB = Job(
    task_id="Image-1",
    event_id="123-abc",
    bucket="demo",
    key="photos/a.jpg",
    targets=(
        JobTarget(process="image/resize,w_40", bucket="demo", key="small/{barename}.{autoext}"),
        JobTarget(process="image/format,png", bucket="other", key="{object}.png"),
    ),
    accepted=NOW,
    topic="done",
)


@dataclass(kw_only=True)
class Stores:
    """A worker and the stores that it uses."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    tasks: MemoryTasks = field(default_factory=MemoryTasks)
    locks: MemoryLocks = field(default_factory=MemoryLocks)
    topics: MemoryTopics = field(default_factory=MemoryTopics)

    def __post_init__(self) -> None:
        """Store the picture."""
        self.objects.add("demo", "photos/a.jpg", PICTURE)

    def worker(self, name: str = "one") -> JobWorker:
        """Return a worker on the stores of this test."""
        jobs = memory_job_services(tasks=self.tasks, locks=self.locks, topics=self.topics)
        buckets = (Bucket(name="demo"), Bucket(name="other"))
        return JobWorker(
            name=name,
            services=memory_services(*buckets, objects=self.objects, jobs=jobs),
            jobs=jobs,
            context=ProcessingContext(remaining=lambda: 60.0),
        )

    @property
    def notifications(self) -> list[dict[str, object]]:
        """The messages that were published to the topic."""
        return [json.loads(notification) for notification in self.topics.published["done"]]


@dataclass(frozen=True, kw_only=True)
class Interrupted(MemoryObjects):
    """A store that calls a function before the n-th write."""

    before_write: dict[int, Callable[[], None]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)

    def put(
        self,
        bucket: str,
        key: str,
        body: Body,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Call the function of this write, then write."""
        self.before_write.get(len(self.writes), lambda: None)()
        self.writes.append(f"{bucket}/{key}")
        return MemoryObjects.put(self, bucket, key, body, attributes, overwrite=overwrite)


def busy() -> None:
    """Raise the error of a busy store."""
    raise OssError(Code.SERVICE_UNAVAILABLE)


def crash() -> None:
    """Raise KeyboardInterrupt, which no error handler catches, as if the process were killed."""
    raise KeyboardInterrupt


def test_all_targets_are_made_and_one_notification_is_published() -> None:
    """The results equal those of a GET; variables in their keys are expanded."""
    stores = Stores()
    task = run_job(JOB, stores.worker())
    assert (task.state, task.notified, task.attempts) == (State.SUCCEEDED, True, 1)
    small = stores.objects.stored["demo", "small/a.jpg"]
    assert small.body == processed(PICTURE, "image/resize,w_40").body
    assert small.info.content_type == "image/jpeg"
    assert stores.objects.stored["other", "photos/a.jpg.png"].info.content_type == "image/png"
    (notification,) = stores.notifications
    assert notification["Status"] == "Succeeded"
    assert notification["Target"] == {
        "Bucket": "demo",
        "Object": "small/a.jpg",
        "FileSize": len(small.body),
    }


def test_a_duplicate_neither_writes_nor_notifies_again() -> None:
    """The task's id makes at-least-once delivery idempotent."""
    objects = Interrupted()
    stores = Stores(objects=objects)
    run_job(JOB, stores.worker("one"))
    run_job(JOB, stores.worker("two"))
    assert objects.writes == ["demo/small/a.jpg", "other/photos/a.jpg.png"]
    assert len(stores.notifications) == 1
    assert not stores.tasks.held


def test_a_task_can_be_retried_after_a_store_failure() -> None:
    """The next attempt makes only the targets that are missing."""
    objects = Interrupted(before_write={1: busy})
    stores = Stores(objects=objects)
    with pytest.raises(OssError):
        run_job(JOB, stores.worker("one"))
    task = stores.tasks.tasks["Image-1"]
    assert (task.state, task.code, set(task.results)) == (State.ACCEPTED, "ServiceUnavailable", {0})
    assert stores.notifications == []
    assert not stores.locks.held
    objects.before_write.clear()
    assert run_job(JOB, stores.worker("two")).state is State.SUCCEEDED
    assert objects.writes == ["demo/small/a.jpg", "other/photos/a.jpg.png"]


def test_a_task_is_taken_over_when_its_lease_expires() -> None:
    """Until then a second worker raises AlreadyClaimed."""
    objects = Interrupted(before_write={1: crash})
    stores = Stores(objects=objects)
    with pytest.raises(KeyboardInterrupt):
        run_job(JOB, stores.worker("one"))
    with pytest.raises(AlreadyClaimed):
        run_job(JOB, stores.worker("two"))
    objects.before_write.clear()
    later = NOW + timedelta(minutes=5)
    tasks = dataclasses.replace(stores.tasks, clock=lambda: later)
    locks = dataclasses.replace(stores.locks, clock=lambda: later)
    successor = Stores(objects=objects, tasks=tasks, locks=locks, topics=stores.topics)
    assert run_job(JOB, successor.worker("two")).state is State.SUCCEEDED
    assert len(stores.notifications) == 1


def test_a_missing_notification_is_published_by_the_next_delivery() -> None:
    """The task is already SUCCEEDED; the next delivery only publishes the notification."""
    stores = Stores()
    task = run_job(structs.replace(JOB, topic=None), stores.worker("one"))
    stores.tasks.tasks["Image-1"] = replace(task, job=JOB, notified=False)
    run_job(JOB, stores.worker("two"))
    assert [notification["Status"] for notification in stores.notifications] == ["Succeeded"]


@pytest.mark.parametrize(
    ("job", "code"),
    [
        (structs.replace(JOB, key="nowhere.jpg"), "NoSuchKey"),
        (
            structs.replace(JOB, targets=(structs.replace(JOB.targets[0], bucket="gone"),)),
            "NoSuchBucket",
        ),
        (
            structs.replace(
                JOB, targets=(structs.replace(JOB.targets[0], process="image/crop,x_500"),)
            ),
            "BadRequest",
        ),
    ],
    ids=["missing source", "missing target", "bad picture"],
)
def test_a_permanent_failure_fails_the_task_at_once(job: Job, code: str) -> None:
    """A retry would fail, too; the notification contains the error code."""
    stores = Stores()
    task = run_job(job, stores.worker())
    assert (task.state, task.code) == (State.FAILED, code)
    assert [
        (notification["Status"], notification["Code"]) for notification in stores.notifications
    ] == [("Failed", code)]


def test_an_invalid_target_does_not_prevent_the_others() -> None:
    """The task is FAILED and contains the results of the other targets."""
    stores = Stores()
    bad = structs.replace(JOB.targets[0], process="image/crop,x_500")
    task = run_job(structs.replace(JOB, targets=(bad, JOB.targets[1])), stores.worker())
    assert (task.state, task.code, set(task.results)) == (State.FAILED, "BadRequest", {1})
    assert ("other", "photos/a.jpg.png") in stores.objects.stored


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (structs.replace(JOB.targets[0], bucket="gone"), "NoSuchBucket"),
        (structs.replace(JOB.targets[0], key="/{basename}"), "InvalidObjectName"),
        (structs.replace(JOB.targets[0], key="{object}" * 100), "InvalidObjectName"),
    ],
    ids=["no bucket", "no key", "too long a key"],
)
def test_an_invalid_target_name_does_not_prevent_the_others(target: JobTarget, code: str) -> None:
    """The name is known only after its variables are expanded; a retry would fail, too."""
    stores = Stores()
    task = run_job(structs.replace(JOB, targets=(target, JOB.targets[1])), stores.worker())
    assert (task.state, task.code, set(task.results)) == (State.FAILED, code, {1})


def test_an_event_of_an_older_version_makes_nothing() -> None:
    """The newer version has an event of its own, in any order of delivery."""
    stores = Stores()
    old = structs.replace(JOB, etag="0" * 32, by_rule=True, topic=None)
    task = run_job(old, stores.worker())
    assert (task.state, task.results) == (State.SUCCEEDED, {})
    assert "newer version" in (task.message or "")


def test_the_result_of_a_replaced_version_is_dropped() -> None:
    """The source is replaced after it was read: its result is not written."""
    stores = Stores()
    etag = stores.objects.stored["demo", "photos/a.jpg"].info.etag

    @dataclass(frozen=True, kw_only=True)
    class Changing(MemoryObjects):
        def open(
            self,
            bucket: str,
            key: str,
            *,
            version_id: str | None = None,
            byte_range: RangeSpec | None = None,
        ) -> OpenObject:
            opened = MemoryObjects.open(
                self, bucket, key, version_id=version_id, byte_range=byte_range
            )
            self.add(bucket, key, NEWER)
            return opened

    objects = Changing(stored=stores.objects.stored)
    by_rule = structs.replace(JOB, etag=etag, by_rule=True, topic=None)
    task = run_job(by_rule, Stores(objects=objects).worker())
    assert (task.state, task.results) == (State.SUCCEEDED, {})
    assert ("demo", "small/a.jpg") not in objects.stored


def test_results_of_rules_trigger_no_rules() -> None:
    """The mark on a rule's result prevents loops of rules."""
    stores = Stores()
    event = structs.replace(JOB, by_rule=True, topic=None)
    run_job(event, stores.worker())
    result = stores.objects.stored["demo", "small/a.jpg"].info
    assert result.by_rule
    again = structs.replace(event, task_id="Image-2", key=result.key, etag=result.etag)
    assert run_job(again, stores.worker()).results == {}


def test_the_second_worker_on_a_target_raises_already_claimed() -> None:
    """The worker that holds the lock writes; the message of the other is delivered again."""
    stores = Stores()
    stores.locks.held["demo/small/a.jpg"] = "other worker", NOW + timedelta(seconds=30)
    with pytest.raises(AlreadyClaimed):
        run_job(JOB, stores.worker())
    assert stores.tasks.tasks["Image-1"].state is State.ACCEPTED
    del stores.locks.held["demo/small/a.jpg"]
    assert run_job(JOB, stores.worker("two")).state is State.SUCCEEDED


def test_a_failed_job_has_a_reason_and_can_be_redriven() -> None:
    """The task is FAILED with its message; a redrive makes it SUCCEEDED."""
    stores = Stores()
    fail_job(JOB, OssError(Code.SERVICE_UNAVAILABLE, "busy all day"), stores.worker())
    task = stores.tasks.tasks["Image-1"]
    assert (task.state, task.message) == (State.FAILED, "busy all day")
    assert run_job(JOB, stores.worker("two")).state is State.FAILED
    assert (
        run_job(structs.replace(JOB, redrive_count=1), stores.worker("two")).state
        is State.SUCCEEDED
    )
    assert [notification["Status"] for notification in stores.notifications] == [
        "Failed",
        "Succeeded",
    ]


def test_a_deadline_does_not_fail_the_task() -> None:
    """The deadline raises ServiceUnavailable: the task stays ACCEPTED for another attempt."""
    stores = Stores()
    late_worker = replace(stores.worker(), context=ProcessingContext(remaining=lambda: 0.0))
    with pytest.raises(OssError) as caught:
        run_job(JOB, late_worker)
    assert caught.value.code is Code.SERVICE_UNAVAILABLE
    assert stores.tasks.tasks["Image-1"].state is State.ACCEPTED


def test_a_redriven_job_that_fails_is_notified_again() -> None:
    """The task stores the new redrive count and message, and a second notification is published."""
    stores = Stores()
    fail_job(JOB, OssError(Code.SERVICE_UNAVAILABLE, "busy all day"), stores.worker())
    again = structs.replace(JOB, redrive_count=1)
    task = fail_job(again, OssError(Code.SERVICE_UNAVAILABLE, "killed"), stores.worker("two"))
    assert (task.state, task.message, task.job.redrive_count) == (State.FAILED, "killed", 1)
    assert [notification["Message"] for notification in stores.notifications] == [
        "busy all day",
        "killed",
    ]


def test_an_unsupported_feature_is_not_retried() -> None:
    """NotImplemented is permanent: every attempt lacks the same encoder."""

    def not_implemented() -> None:
        raise OssError(Code.NOT_IMPLEMENTED)

    stores = Stores(objects=Interrupted(before_write={0: not_implemented}))
    task = run_job(JOB, stores.worker())
    assert (task.state, task.code) == (State.FAILED, "NotImplemented")
