"""The `by_rule` mark of results prevents rules from triggering each other endlessly."""

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

MAX_EVENTS = 20
"""Number of events after which the test fails: the rules form a loop."""


def rule(*targets: RuleTarget, prefix: str = "") -> EventRule:
    """Return a rule with these targets."""
    return EventRule(prefix=prefix, targets=targets)


def target(key: str, bucket: str | None = None) -> RuleTarget:
    """Return a target whose process changes the bytes of every source."""
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
def test_no_rule_fires_on_the_result_of_a_rule(
    buckets: tuple[Bucket, ...], made: list[str]
) -> None:
    """Each write sends an event, as S3 does: the upload starts one job, its result none."""
    objects, tasks = Interrupted(), MemoryTasks()
    objects.add("demo", "a/one.jpg", stored(photographic((8, 6)), "JPEG"))
    jobs = memory_job_services(tasks=tasks)
    services = memory_services(*buckets, objects=objects, jobs=jobs)
    event_keys = ["demo/a/one.jpg"]
    events = 0
    for number in itertools.count():
        if number == len(event_keys):
            break
        assert number < MAX_EVENTS, f"a loop: {event_keys}"
        bucket, _, key = event_keys[number].partition("/")
        etag = objects.stored[bucket, key].info.etag
        event = ObjectCreated(bucket=bucket, key=key, etag=etag, sequencer=f"{number}", created=NOW)
        job = job_from_event(event, services)
        before = len(objects.writes)
        if job is not None:
            context = ProcessingContext(remaining=lambda: 60.0)
            worker = JobWorker(name=f"{number}", services=services, jobs=jobs, context=context)
            assert run_job(job, worker).state is State.SUCCEEDED
        event_keys += objects.writes[before:]
        events += 1
    assert objects.writes == made
    assert events == 1 + len(made)
