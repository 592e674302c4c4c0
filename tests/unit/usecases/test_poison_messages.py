"""Messages of any shape: each is settled, and one that is no job is dead-lettered with its reason.

`pytest --hypothesis-profile=thorough` tries fifty times as many.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from darkroom.buckets import Bucket, EventRule, RuleTarget
from darkroom.imaging.context import ProcessingContext
from darkroom.usecases.jobs.messages import QueueMessage, handle_message
from darkroom.usecases.services import JobWorker
from tests.fakes.job_services import MemoryQueue, memory_job_services
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import memory_services
from tests.pictures import photographic, stored
from tests.unit.usecases.test_messages import JOB as ORDINARY

PICTURE = stored(photographic((8, 6)), "JPEG")

RULE = EventRule(targets=(RuleTarget(process="image/resize,w_4", key="{barename}-s.{autoext}"),))
DEMO = Bucket(name="demo", events=(RULE,))

JOB = replace(ORDINARY, etag="A1", topic="done")

VALID: list[Any] = [
    json.loads(JOB.to_json()),
    {
        "detail-type": "Object Created",
        "time": "2026-09-01T12:00:00Z",
        "detail": {
            "bucket": {"name": "demo"},
            "object": {"key": "a.jpg", "etag": "a1", "sequencer": "1"},
        },
    },
    {
        "Records": [
            {
                "eventName": "ObjectCreated:Put",
                "eventTime": "2026-09-01T12:00:00Z",
                "s3": {
                    "bucket": {"name": "demo"},
                    "object": {"key": "a.jpg", "eTag": "a1", "sequencer": "1"},
                },
            }
        ]
    },
]
"""A valid job, event and notification."""

ODD: list[Any] = [
    *(None, True, 0, -1, 0.5, 10**400, float("inf"), float("nan")),
    *("", "\0", "\ud800", "\ufffe", "x" * 3000, "/a", "%", "%ff", "../a", "{object}", "demo"),
    *("style/none", "image/", "image/info", "image/resize,w_4|sys/saveas,o_YQ", "9999-12-31"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-09-01T12:00:00"),
    *([], {}, [[]], [None], {"a": 1}, [{}], ["a"] * 100),
]


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container with every key or index in it."""
    names: Any = document if isinstance(document, dict) else range(len(document))
    for name in names:
        yield document, name
        if isinstance(document[name], dict | list):
            yield from places(document[name])


def edited(index: int, edits: list[tuple[int, Any]]) -> str:
    """Return a copy of a valid message with values replaced."""
    document = json.loads(json.dumps(VALID[index]))
    for place, value in edits:
        found = list(places(document))
        container, name = found[place % len(found)]
        container[name] = json.loads(json.dumps(value))
    return json.dumps(document)


def settle(body: str) -> MemoryQueue:
    """Deliver a message until it is done, at most as often as the queue does; return the queue."""
    queue, objects = MemoryQueue(), MemoryObjects()
    objects.add("demo", "a.jpg", PICTURE)
    jobs = memory_job_services(queue=queue)
    worker = JobWorker(
        name="one",
        services=memory_services(DEMO, objects=objects, jobs=jobs),
        jobs=jobs,
        context=ProcessingContext(remaining=lambda: 60.0),
    )
    for number in range(1, worker.services.settings.max_receive_count + 2):
        if handle_message(
            QueueMessage(body=body, receipt_handle="receipt", receive_count=number), worker
        ).done:
            assert (
                number == 1
                or not queue.dead_lettered
                or queue.dead_lettered[0][1].startswith("Service")
            )
            return queue
    raise AssertionError("it never ends")


@pytest.mark.parametrize("index", range(len(VALID)), ids=["job", "event", "notification"])
def test_a_valid_message_is_done(index: int) -> None:
    """The messages that the other tests edit are valid."""
    assert settle(edited(index, [])).dead_lettered == []


@given(
    st.integers(0, len(VALID) - 1),
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(ODD)), min_size=1, max_size=3),
)
def test_an_edited_message_is_settled(index: int, edits: list[tuple[int, Any]]) -> None:
    """No edited message raises an unexpected exception, which would cost five deliveries."""
    settle(edited(index, edits))


TEXTS = st.text(max_size=5) | st.characters(categories=["Cs"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.integers(0, len(VALID) - 1),
    st.lists(st.tuples(st.integers(0, 40), VALUES), min_size=1, max_size=3),
)
def test_any_value_in_any_place_is_settled(index: int, edits: list[tuple[int, Any]]) -> None:
    """A message with any JSON value in any place is settled."""
    settle(edited(index, edits))


@given(VALUES)
def test_any_other_json_is_dead_lettered_at_once(value: Any) -> None:
    """The reason does not repeat the value."""
    body = json.dumps(value)
    ((sent, reason),) = settle(body).dead_lettered
    assert sent == body
    assert "neither a job nor an event" in reason


@pytest.mark.parametrize(
    ("place", "value", "complaint"),
    [
        ("key", 7, "job.key must be a key of 1 to 1023 characters, not int"),
        ("targets", [], "job.targets must be a list of 1 to 200 targets"),
        (
            "targets",
            [{"process": "image/info", "bucket": "demo"}],
            "job.targets[0].key is required",
        ),
        ("accepted", "2026-09-01T12:00:00", "job.accepted must be a date and time of RFC 3339"),
        ("round", True, "job.round must be a whole number from 0 to 1000000"),
        ("round", 10**400, "job.round must be a whole number from 0 to 1000000"),
        ("by_rule", 1, "job.by_rule must be true or false, not int"),
        ("more", 1, "job.more is not known"),
    ],
)
def test_the_reason_names_the_member(place: str, value: Any, complaint: str) -> None:
    """The reason contains the path of the invalid member and the expected type or bounds."""
    body = json.dumps({"job": {**VALID[0]["job"], place: value}})
    ((_, reason),) = settle(body).dead_lettered
    assert reason.startswith(f"neither a job nor an event: {complaint}")


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"other":' + "[" * 100_000,
        '{"job":' + '{"a":' * 100_000,
        '{"a":' * 100_000,
        "9" * 10_000,
        '"\\ud800"',
        replace(JOB, key="\ud800").to_json(),
        json.dumps({**VALID[1], "time": "\ud800"}),
    ],
    ids=[
        "deep list",
        "deep member",
        "deep job",
        "deep object",
        "long number",
        "surrogate",
        "surrogate key",
        "no time",
    ],
)
def test_a_malformed_message_is_dead_lettered_at_once(body: str) -> None:
    """The message is dead-lettered at its first delivery, with the reason."""
    ((sent, reason),) = settle(body).dead_lettered
    assert sent == body
    assert "neither a job nor an event" in reason


@pytest.mark.parametrize(
    "odd",
    [
        {"task_id": "x" * 3000},
        {"event_id": "x" * 3000},
        {"bucket": "no bucket's name"},
        {"bucket": "x" * 3000},
        {"key": "x" * 3000},
        {"etag": "x" * 3000},
        {"topic": "x" * 3000},
        {"task_id": ""},
        {"key": ""},
    ],
    ids=str,
)
def test_a_member_of_a_wrong_length_is_malformed(odd: dict[str, str]) -> None:
    """The first delivery dead-letters it: no store would ever take it."""
    queue = settle(replace(JOB, **odd).to_json())
    ((_, reason),) = queue.dead_lettered
    assert reason.startswith("neither a job nor an event")


def test_a_job_with_too_many_targets_is_malformed() -> None:
    """200 are what 20 rules of 10 targets make."""
    queue = settle(replace(JOB, targets=JOB.targets * 200 * 2).to_json())
    ((_, reason),) = queue.dead_lettered
    assert "200" in reason


def test_a_job_of_a_bucket_that_is_not_served_fails_at_once() -> None:
    """As its author is told: NoSuchBucket, on the first delivery."""
    queue = settle(replace(JOB, bucket="elsewhere").to_json())
    ((_, reason),) = queue.dead_lettered
    assert reason.startswith("NoSuchBucket")


@pytest.mark.parametrize("depth", [1000, 20_000, 100_000])
@pytest.mark.parametrize("around", ["[", '{"a":', '{"job":', '{"Records":['])
def test_a_deep_message_is_malformed(depth: int, around: str) -> None:
    """At any depth, by the first delivery."""
    queue = settle(around * depth)
    assert len(queue.dead_lettered) == 1
