"""What the store tells of new objects, and what rules make of them."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from darkroom.buckets import Bucket, EventRule, RuleTarget, Style
from darkroom.errors import Code, OssError
from darkroom.jobs import InvalidMessage, Job, Target
from darkroom.settings import BucketEntry, Settings
from darkroom.usecases.jobs.object_events import (
    ObjectCreated,
    check_rules,
    job_from_event,
    parse_message,
    stamp_new_rules,
)
from tests.fakes.buckets import MemoryStyles
from tests.fakes.services import NOW, memory_services

SETTINGS = Settings(
    buckets={"demo": BucketEntry(s3="s3-demo", bucket=Bucket(name="demo"))},
)
ARRIVAL = ObjectCreated(
    bucket="demo", key="uploads/a b+c.jpg", etag="ABC1", sequencer="0055", created=NOW
)
EVENT: dict[str, Any] = {
    "version": "0",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "time": "2026-09-01T12:00:00Z",
    "detail": {
        "bucket": {"name": "s3-demo"},
        "object": {"key": "uploads/a b+c.jpg", "size": 7, "etag": "abc1", "sequencer": "0055"},
        "reason": "PutObject",
    },
}
NOTIFICATION: dict[str, Any] = {
    "Records": [
        {
            "eventName": "ObjectCreated:Put",
            "eventTime": "2026-09-01T12:00:00.000Z",
            "s3": {
                "bucket": {"name": "s3-demo"},
                "object": {"key": "uploads/a+b%2Bc.jpg", "eTag": "abc1", "sequencer": "0055"},
            },
        },
        {"eventName": "ObjectRemoved:Delete", "eventTime": "2026-09-01T12:00:00.000Z"},
    ]
}
RULE = EventRule(
    prefix="uploads/",
    suffix=".jpg",
    targets=(
        RuleTarget(process="image/resize,h_5,w_7", key="small/{barename}.{autoext}"),
        RuleTarget(process="style/grey", key="{object}", bucket="other"),
    ),
)
GREY = Style(name="grey", content="image/format,png", created=NOW, modified=NOW)


@pytest.mark.parametrize("message", [EVENT, NOTIFICATION], ids=["EventBridge", "S3"])
def test_both_kinds_of_message_tell_the_same(message: dict[str, Any]) -> None:
    """A notification's key is encoded like a form, an event's is not."""
    assert parse_message(json.dumps(message), SETTINGS) == [ARRIVAL]


def test_what_does_not_concern_us_is_no_arrival() -> None:
    """Buckets that are not served, and the message that S3 sends to try the way out."""
    elsewhere = {**EVENT, "detail": {**EVENT["detail"], "bucket": {"name": "another"}}}
    assert parse_message(json.dumps(elsewhere), SETTINGS) == []
    assert parse_message('{"Event": "s3:TestEvent"}', SETTINGS) == []


def test_a_job_is_read_as_it_was_written() -> None:
    """The message says all that the work needs."""
    job = Job(
        task_id="Image-1",
        event_id="1",
        bucket="demo",
        key="ü\ufffe\x01",
        targets=(Target(process="image/info", bucket="demo", key="x"),),
        accepted=NOW,
        topic="t",
    )
    assert parse_message(job.to_json(), SETTINGS) == job
    assert job.to_json().isascii()
    assert job.to_json().isprintable()


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", "null", "7", "{}", '{"job": {}}', '{"job": null}', '{"Records": [1]}',
     '{"job": {"targets": [], "accepted": "2026-09-01T12:00:00+00:00"}}',
     json.dumps({**EVENT, "time": "2026-09-01T12:00:00"}),
     json.dumps({**EVENT, "detail": {**EVENT["detail"], "object": {"key": 7, "etag": "a"}}})],
)  # fmt: skip
def test_a_poisoned_message_is_named_so(body: str) -> None:
    """It is told from a failure, so that it is not delivered for ever."""
    with pytest.raises(InvalidMessage):
        parse_message(body, SETTINGS)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["job", "Records", "detail-type", "detail", "s3", "object", "targets", "time"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_no_message_does_worse_than_malformed(value: object) -> None:
    """Whoever may write to the queue cannot stop it."""
    with suppress(InvalidMessage):
        parse_message(json.dumps(value), SETTINGS)


def test_a_rule_makes_one_job_of_all_its_targets() -> None:
    """Processes are settled in canonical text, styles by their content of now."""
    styles = MemoryStyles()
    styles.styles["demo"] = {"grey": GREY}
    bucket = Bucket(name="demo", events=(RULE,))
    job = job_from_event(ARRIVAL, memory_services(bucket, styles=styles))
    assert job is not None
    assert (job.etag, job.by_rule) == ("ABC1", True)
    assert job.targets == (
        Target(process="image/resize,w_7,h_5", bucket="demo", key="small/{barename}.{autoext}"),
        Target(process="image/format,png", bucket="other", key="{object}"),
    )


def test_an_arrival_told_twice_is_one_task() -> None:
    """Its id follows from the object and its version: another upload is another task."""
    bucket = Bucket(name="demo", events=(structs.replace(RULE, targets=RULE.targets[:1]),))
    first, second, other = (
        job_from_event(arrival, memory_services(bucket))
        for arrival in (ARRIVAL, ARRIVAL, replace(ARRIVAL, sequencer="0056"))
    )
    assert first
    assert second
    assert other
    assert first.task_id == second.task_id != other.task_id
    assert first.task_id.startswith("Image-")


@pytest.mark.parametrize(
    "arrival",
    [
        replace(ARRIVAL, key="elsewhere/a.jpg"),
        replace(ARRIVAL, key="uploads/a.png"),
        replace(ARRIVAL, bucket="unknown"),
        replace(ARRIVAL, created=NOW - timedelta(seconds=1)),
    ],
    ids=["prefix", "suffix", "bucket", "before the rule"],
)
def test_a_rule_fires_on_what_it_names_only(arrival: ObjectCreated) -> None:
    """An object from before the rule is none of its business."""
    bucket = Bucket(name="demo", events=(structs.replace(RULE, since=NOW),))
    assert job_from_event(arrival, memory_services(bucket)) is None


def test_a_rule_that_was_there_keeps_its_date() -> None:
    """Saving the settings again does not make it forget what is under way."""
    old = structs.replace(RULE, since=NOW)
    new = structs.replace(RULE, prefix="other/")
    later = NOW + timedelta(days=1)
    assert stamp_new_rules((RULE, new), (old,), later) == (old, structs.replace(new, since=later))


def test_a_rule_holds_for_what_comes_in_the_second_of_its_saving() -> None:
    """Events tell whole seconds: an object that came right after it must not be missed."""
    saved = NOW + timedelta(microseconds=900_000)
    (rule,) = stamp_new_rules((RULE,), (), saved)
    assert rule.fires_on(ARRIVAL.key, NOW)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (RuleTarget(process="image/resize,w_0", key="x"), Code.INVALID_ARGUMENT),
        (RuleTarget(process="image/info", key="x"), Code.INVALID_ARGUMENT),
        (RuleTarget(process="image/format,png", key="x", bucket="gone"), Code.NO_SUCH_BUCKET),
    ],
    ids=["out of range", "a report", "no bucket"],
)
def test_a_rule_that_could_never_do_is_refused(target: RuleTarget, code: Code) -> None:
    """When it is saved, not when the first picture comes."""
    bucket = Bucket(name="demo", events=(structs.replace(RULE, targets=(target,)),))
    with pytest.raises(OssError) as caught:
        check_rules(bucket, memory_services(bucket))
    assert caught.value.code is code


def test_a_rule_may_name_a_style_that_comes_later() -> None:
    """Its use fails until then, which the dead letters tell."""
    styled = structs.replace(RULE, targets=(RuleTarget(process="style/later", key="x"),))
    bucket = Bucket(name="demo", events=(styled,))
    check_rules(bucket, memory_services(bucket))
    with pytest.raises(OssError) as caught:
        job_from_event(ARRIVAL, memory_services(bucket))
    assert caught.value.code is Code.NO_SUCH_STYLE
