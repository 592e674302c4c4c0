"""Rules that would feed each other for ever, were it not for the mark on what they make."""

import itertools

import pytest

from darkroom.buckets import Bucket, EventRule, RuleTarget
from darkroom.imaging.steps import Context
from darkroom.jobs import State
from darkroom.usecases.jobs.object_events import Arrival, job_for
from darkroom.usecases.jobs.run import persist
from darkroom.usecases.services import Worker
from tests.fakes.workshop import MemoryTasks, workshop
from tests.fakes.world import NOW, world
from tests.pictures import photographic, stored
from tests.unit.usecases.test_persist import Interrupted

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
    place = workshop(tasks=tasks)
    there = world(*buckets, objects=objects, workshop=place)
    told = ["demo/a/one.jpg"]
    events = 0
    for number in itertools.count():
        if number == len(told):
            break
        assert number < MOST, f"a loop: {told}"
        bucket, _, key = told[number].partition("/")
        etag = objects.stored[bucket, key].info.etag
        arrival = Arrival(bucket=bucket, key=key, etag=etag, sequencer=f"{number}", created=NOW)
        job = job_for(arrival, there)
        before = len(objects.writes)
        if job is not None:
            context = Context(remaining=lambda: 60.0)
            worker = Worker(name=f"{number}", world=there, workshop=place, context=context)
            assert persist(job, worker).state is State.SUCCEEDED
        told += objects.writes[before:]
        events += 1
    assert objects.writes == made
    assert events == 1 + len(made)
