"""A job is done once and whole, however often and by however many it is delivered."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from msgspec import structs

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.jobs import Job, State, Target
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
        Target(process="image/resize,w_40", bucket="demo", key="small/{barename}.{autoext}"),
        Target(process="image/format,png", bucket="other", key="{object}.png"),
    ),
    accepted=NOW,
    topic="done",
)


@dataclass(kw_only=True)
class Bench:
    """A worker with everything it works on."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    tasks: MemoryTasks = field(default_factory=MemoryTasks)
    locks: MemoryLocks = field(default_factory=MemoryLocks)
    topics: MemoryTopics = field(default_factory=MemoryTopics)

    def __post_init__(self) -> None:
        """Store the picture."""
        self.objects.add("demo", "photos/a.jpg", PICTURE)

    def worker(self, name: str = "one") -> JobWorker:
        """Build a worker on the stores of this test."""
        place = memory_job_services(tasks=self.tasks, locks=self.locks, topics=self.topics)
        buckets = (Bucket(name="demo"), Bucket(name="other"))
        return JobWorker(
            name=name,
            services=memory_services(*buckets, objects=self.objects, jobs=place),
            jobs=place,
            context=ProcessingContext(remaining=lambda: 60.0),
        )

    @property
    def notes(self) -> list[dict[str, object]]:
        """What the topic has heard."""
        return [json.loads(note) for note in self.topics.published["done"]]


@dataclass(frozen=True, kw_only=True)
class Interrupted(MemoryObjects):
    """A store in which something happens right before the n-th write, or instead of it."""

    before_write: dict[int, Callable[[], None]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)

    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Let it happen, then write."""
        self.before_write.get(len(self.writes), lambda: None)()
        self.writes.append(f"{bucket}/{key}")
        return MemoryObjects.put(self, bucket, key, body, attributes, overwrite=overwrite)


def busy() -> None:
    """Be a store that is busy."""
    raise OssError(Code.SERVICE_UNAVAILABLE)


def crash() -> None:
    """Be a process that is killed: nothing is tidied up in memory elsewhere."""
    raise KeyboardInterrupt


def test_all_targets_are_made_and_the_topic_hears_of_it_once() -> None:
    """The results are what a GET of the same process answers, under their filled names."""
    bench = Bench()
    task = run_job(JOB, bench.worker())
    assert (task.state, task.notified, task.attempts) == (State.SUCCEEDED, True, 1)
    small = bench.objects.stored["demo", "small/a.jpg"]
    assert small.body == processed(PICTURE, "image/resize,w_40").body
    assert small.info.content_type == "image/jpeg"
    assert bench.objects.stored["other", "photos/a.jpg.png"].info.content_type == "image/png"
    (note,) = bench.notes
    assert note["Status"] == "Succeeded"
    assert note["Target"] == {
        "Bucket": "demo",
        "Object": "small/a.jpg",
        "FileSize": len(small.body),
    }


def test_a_duplicate_neither_writes_nor_tells_again() -> None:
    """At least once is made harmless by the task's id."""
    objects = Interrupted()
    bench = Bench(objects=objects)
    run_job(JOB, bench.worker("one"))
    run_job(JOB, bench.worker("two"))
    assert objects.writes == ["demo/small/a.jpg", "other/photos/a.jpg.png"]
    assert len(bench.notes) == 1
    assert not bench.tasks.held


def test_a_failure_of_the_store_leaves_the_task_to_another_attempt() -> None:
    """What was made before stays made: the next attempt goes on from there."""
    objects = Interrupted(before_write={1: busy})
    bench = Bench(objects=objects)
    with pytest.raises(OssError):
        run_job(JOB, bench.worker("one"))
    task = bench.tasks.tasks["Image-1"]
    assert (task.state, task.code, set(task.results)) == (State.ACCEPTED, "ServiceUnavailable", {0})
    assert bench.notes == []
    assert not bench.locks.held
    objects.before_write.clear()
    assert run_job(JOB, bench.worker("two")).state is State.SUCCEEDED
    assert objects.writes == ["demo/small/a.jpg", "other/photos/a.jpg.png"]


def test_a_task_whose_worker_died_is_taken_over_when_its_time_is_up() -> None:
    """Until then a second delivery is told to come again."""
    objects = Interrupted(before_write={1: crash})
    bench = Bench(objects=objects)
    with pytest.raises(KeyboardInterrupt):
        run_job(JOB, bench.worker("one"))
    with pytest.raises(AlreadyClaimed):
        run_job(JOB, bench.worker("two"))
    objects.before_write.clear()
    later = NOW + timedelta(minutes=5)
    tasks = replace(bench.tasks, clock=lambda: later)
    locks = replace(bench.locks, clock=lambda: later)
    heir = Bench(objects=objects, tasks=tasks, locks=locks, topics=bench.topics)
    assert run_job(JOB, heir.worker("two")).state is State.SUCCEEDED
    assert len(bench.notes) == 1


def test_a_worker_that_died_before_telling_has_it_told() -> None:
    """The end was written: the next delivery only tells of it."""
    bench = Bench()
    task = run_job(structs.replace(JOB, topic=None), bench.worker("one"))
    bench.tasks.tasks["Image-1"] = replace(task, job=JOB, notified=False)
    run_job(JOB, bench.worker("two"))
    assert [note["Status"] for note in bench.notes] == ["Succeeded"]


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
def test_a_permanent_failure_ends_the_task_at_once(job: Job, code: str) -> None:
    """Another attempt would fail alike; the topic hears why."""
    bench = Bench()
    task = run_job(job, bench.worker())
    assert (task.state, task.code) == (State.FAILED, code)
    assert [(note["Status"], note["Code"]) for note in bench.notes] == [("Failed", code)]


def test_one_bad_target_does_not_keep_the_others_from_being_made() -> None:
    """The task fails, and says what it could make."""
    bench = Bench()
    bad = structs.replace(JOB.targets[0], process="image/crop,x_500")
    task = run_job(structs.replace(JOB, targets=(bad, JOB.targets[1])), bench.worker())
    assert (task.state, task.code, set(task.results)) == (State.FAILED, "BadRequest", {1})
    assert ("other", "photos/a.jpg.png") in bench.objects.stored


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (structs.replace(JOB.targets[0], bucket="gone"), "NoSuchBucket"),
        (structs.replace(JOB.targets[0], key="/{basename}"), "InvalidObjectName"),
        (structs.replace(JOB.targets[0], key="{object}" * 100), "InvalidObjectName"),
    ],
    ids=["no bucket", "no key", "too long a key"],
)
def test_a_target_with_no_place_does_not_keep_the_others_from_theirs(
    target: Target, code: str
) -> None:
    """Only the filled name tells, and another attempt would fail alike."""
    bench = Bench()
    task = run_job(structs.replace(JOB, targets=(target, JOB.targets[1])), bench.worker())
    assert (task.state, task.code, set(task.results)) == (State.FAILED, code, {1})


def test_an_event_of_an_older_version_makes_nothing() -> None:
    """The newer version has an event of its own, whichever of the two comes first."""
    bench = Bench()
    old = structs.replace(JOB, etag="0" * 32, by_rule=True, topic=None)
    task = run_job(old, bench.worker())
    assert (task.state, task.results) == (State.SUCCEEDED, {})
    assert "newer version" in (task.message or "")


def test_a_version_that_is_replaced_while_it_is_worked_on_does_not_win() -> None:
    """Between reading and writing the source changes: what was made of the old one is dropped."""
    bench = Bench()
    etag = bench.objects.stored["demo", "photos/a.jpg"].info.etag

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

    objects = Changing(stored=bench.objects.stored)
    by_rule = structs.replace(JOB, etag=etag, by_rule=True, topic=None)
    task = run_job(by_rule, Bench(objects=objects).worker())
    assert (task.state, task.results) == (State.SUCCEEDED, {})
    assert ("demo", "small/a.jpg") not in objects.stored


def test_results_of_rules_are_no_sources_of_rules() -> None:
    """A rule's result carries a mark, so that no chain of rules can close."""
    bench = Bench()
    event = structs.replace(JOB, by_rule=True, topic=None)
    run_job(event, bench.worker())
    made = bench.objects.stored["demo", "small/a.jpg"].info
    assert made.by_rule
    again = structs.replace(event, task_id="Image-2", key=made.key, etag=made.etag)
    assert run_job(again, bench.worker()).results == {}


def test_of_two_workers_at_one_target_the_second_waits() -> None:
    """Whoever holds the name writes; the other comes again."""
    bench = Bench()
    bench.locks.held["demo/small/a.jpg"] = "other worker", NOW + timedelta(seconds=30)
    with pytest.raises(AlreadyClaimed):
        run_job(JOB, bench.worker())
    assert bench.tasks.tasks["Image-1"].state is State.ACCEPTED
    del bench.locks.held["demo/small/a.jpg"]
    assert run_job(JOB, bench.worker("two")).state is State.SUCCEEDED


def test_a_job_that_is_given_up_says_why_and_can_be_brought_back() -> None:
    """After its last delivery it has failed; its dead letter, sent again, has it done."""
    bench = Bench()
    fail_job(JOB, OssError(Code.SERVICE_UNAVAILABLE, "busy all day"), bench.worker())
    task = bench.tasks.tasks["Image-1"]
    assert (task.state, task.message) == (State.FAILED, "busy all day")
    assert run_job(JOB, bench.worker("two")).state is State.FAILED
    assert (
        run_job(structs.replace(JOB, redrive_count=1), bench.worker("two")).state is State.SUCCEEDED
    )
    assert [note["Status"] for note in bench.notes] == ["Failed", "Succeeded"]


def test_too_little_time_is_no_failure_of_the_picture() -> None:
    """The deadline passes between two operations: another attempt has more time."""
    bench = Bench()
    hasty = replace(bench.worker(), context=ProcessingContext(remaining=lambda: 0.0))
    with pytest.raises(OssError) as caught:
        run_job(JOB, hasty)
    assert caught.value.code is Code.SERVICE_UNAVAILABLE
    assert bench.tasks.tasks["Image-1"].state is State.ACCEPTED


def test_a_job_that_came_back_and_is_given_up_again_is_buried_again() -> None:
    """Its second round may end without a word in the table: the letter must not vanish."""
    bench = Bench()
    fail_job(JOB, OssError(Code.SERVICE_UNAVAILABLE, "busy all day"), bench.worker())
    again = structs.replace(JOB, redrive_count=1)
    task = fail_job(again, OssError(Code.SERVICE_UNAVAILABLE, "killed"), bench.worker("two"))
    assert (task.state, task.message, task.job.redrive_count) == (State.FAILED, "killed", 1)
    assert [note["Message"] for note in bench.notes] == ["busy all day", "killed"]


def test_what_a_deployment_cannot_do_is_not_tried_again() -> None:
    """A 501 is no failure that passes: no other attempt has the encoder that this one lacks."""

    def lack() -> None:
        raise OssError(Code.NOT_IMPLEMENTED)

    bench = Bench(objects=Interrupted(before_write={0: lack}))
    task = run_job(JOB, bench.worker())
    assert (task.state, task.code) == (State.FAILED, "NotImplemented")
