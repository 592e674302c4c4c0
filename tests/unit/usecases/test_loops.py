"""Rules that would feed each other for ever, were it not for the mark on what they make."""

import itertools

import pytest

from darkroom.buckets import Bucket, EventRule, RuleTarget
from darkroom.imaging.context import ProcessingContext
from darkroom.jobs import State
from darkroom.usecases.jobs.object_events import ObjectCreated, job_from_event
from darkroom.usecases.jobs.run import run_job
from darkroom.usecases.services import JobWorker
from tests.fakes.job_services import MemoryTasks, memory_job_services
from tests.fakes.services import NOW, memory_services
from tests.pictures import photographic, stored
from tests.unit.usecases.test_run import Interrupted

MOST = 20
"""Events after which a loop is taken for proven."""


def rule(*targets: RuleTarget, prefix: str = "") -> EventRule:
    """Make a rule."""
    return EventRule(prefix=prefix, targets=targets)


def target(key: str, bucket: str | None = None) -> RuleTarget:
    """Make a target whose bytes differ from its source's."""
    return RuleTarget(process="image/rotate,90", key=key, bucket=bucket)


DIRECT = (Bucket(name="demo", events=(rule(target("again/{basename}")),)), Bucket(name="other"))
ITSELF = (Bucket(name="demo", events=(rule(target("{object}")),)), Bucket(name="other"))
PING_PONG = (
    Bucket(name="demo", events=(rule(target("{object}", "other")),)),
    Bucket(name="other", events=(rule(target("{object}", "demo")),)),
)
TWO_PREFIXES = (
    Bucket(
        name="demo",
        events=(
            rule(target("b/{basename}"), prefix="a/"),
            rule(target("a/{basename}"), prefix="b/"),
        ),
    ),
    Bucket(name="other"),
)


@pytest.mark.parametrize(
    ("buckets", "made"),
    [
        (DIRECT, ["demo/again/one.jpg"]),
        (ITSELF, ["demo/a/one.jpg"]),
        (PING_PONG, ["other/a/one.jpg"]),
        (TWO_PREFIXES, ["demo/b/one.jpg"]),
    ],
    ids=["direct", "onto itself", "ping-pong of buckets", "ping-pong of prefixes"],
)
def test_no_rule_fires_on_what_a_rule_made(buckets: tuple[Bucket, ...], made: list[str]) -> None:
    """Whatever is written is told of, as the store does: one round, and then it is quiet."""
    objects, tasks = Interrupted(), MemoryTasks()
    objects.add("demo", "a/one.jpg", stored(photographic((8, 6)), "JPEG"))
    place = memory_job_services(tasks=tasks)
    there = memory_services(*buckets, objects=objects, jobs=place)
    told = ["demo/a/one.jpg"]
    events = 0
    for number in itertools.count():
        if number == len(told):
            break
        assert number < MOST, f"a loop: {told}"
        bucket, _, key = told[number].partition("/")
        etag = objects.stored[bucket, key].info.etag
        arrival = ObjectCreated(
            bucket=bucket, key=key, etag=etag, sequencer=f"{number}", created=NOW
        )
        job = job_from_event(arrival, there)
        before = len(objects.writes)
        if job is not None:
            context = ProcessingContext(remaining=lambda: 60.0)
            worker = JobWorker(name=f"{number}", services=there, jobs=place, context=context)
            assert run_job(job, worker).state is State.SUCCEEDED
        told += objects.writes[before:]
        events += 1
    assert objects.writes == made
    assert events == 1 + len(made)
