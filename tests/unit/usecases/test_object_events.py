"""Object events of EventBridge and S3, and the jobs that rules make of them."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from darkroom.auth import Caller, Permission
from darkroom.buckets import Acl, Bucket, EventRule, RuleTarget, Style
from darkroom.errors import Code, OssError
from darkroom.jobs import InvalidMessage, Job, JobTarget
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
CREATED = ObjectCreated(
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
AUTHOR = Caller(key_id="k", buckets=frozenset("*"), permissions=frozenset(Permission))
"""A caller who may write to every bucket."""

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
def test_both_message_formats_give_the_same_event(message: dict[str, Any]) -> None:
    """The key is form-encoded in an S3 notification and plain in an EventBridge event."""
    assert parse_message(json.dumps(message), SETTINGS) == [CREATED]


def test_other_buckets_and_test_events_are_ignored() -> None:
    """Events of unconfigured buckets and S3's test event give no object event."""
    elsewhere = {**EVENT, "detail": {**EVENT["detail"], "bucket": {"name": "another"}}}
    assert parse_message(json.dumps(elsewhere), SETTINGS) == []
    assert parse_message('{"Event": "s3:TestEvent"}', SETTINGS) == []


def test_a_job_survives_its_json() -> None:
    """Parsing a job's JSON returns an equal job; the JSON is printable ASCII."""
    job = Job(
        task_id="Image-1",
        event_id="1",
        bucket="demo",
        key="ü\ufffe\x01",
        targets=(JobTarget(process="image/info", bucket="demo", key="x"),),
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
def test_an_invalid_message_is_refused(body: str) -> None:
    """`parse_message` raises `InvalidMessage`, so the message is not retried."""
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
def test_any_json_is_parsed_or_refused(value: object) -> None:
    """Any JSON value is parsed or raises `InvalidMessage`, so no sender can stop the queue."""
    with suppress(InvalidMessage):
        parse_message(json.dumps(value), SETTINGS)


def test_a_rule_makes_one_job_of_all_its_targets() -> None:
    """The job contains canonical processes and the current content of styles."""
    styles = MemoryStyles()
    styles.styles["demo"] = {"grey": GREY}
    bucket = Bucket(name="demo", events=(RULE,))
    job = job_from_event(CREATED, memory_services(bucket, styles=styles))
    assert job is not None
    assert (job.etag, job.by_rule) == ("ABC1", True)
    assert job.targets == (
        JobTarget(process="image/resize,w_7,h_5", bucket="demo", key="small/{barename}.{autoext}"),
        JobTarget(process="image/format,png", bucket="other", key="{object}"),
    )


def test_a_duplicate_event_gives_the_same_task_id() -> None:
    """The task id depends on the object and the sequencer; another upload gets another id."""
    bucket = Bucket(name="demo", events=(structs.replace(RULE, targets=RULE.targets[:1]),))
    first, second, other = (
        job_from_event(event, memory_services(bucket))
        for event in (CREATED, CREATED, replace(CREATED, sequencer="0056"))
    )
    assert first
    assert second
    assert other
    assert first.task_id == second.task_id != other.task_id
    assert first.task_id.startswith("Image-")


@pytest.mark.parametrize(
    "event",
    [
        replace(CREATED, key="elsewhere/a.jpg"),
        replace(CREATED, key="uploads/a.png"),
        replace(CREATED, bucket="unknown"),
        replace(CREATED, created=NOW - timedelta(seconds=1)),
    ],
    ids=["prefix", "suffix", "bucket", "before the rule"],
)
def test_a_rule_fires_on_matching_new_objects_only(event: ObjectCreated) -> None:
    """Prefix, suffix and bucket must match, and the object must be newer than the rule."""
    bucket = Bucket(name="demo", events=(structs.replace(RULE, since=NOW),))
    assert job_from_event(event, memory_services(bucket)) is None


def test_an_unchanged_rule_keeps_its_date() -> None:
    """Saving the settings again stamps new rules only."""
    old = structs.replace(RULE, since=NOW)
    new = structs.replace(RULE, prefix="other/")
    later = NOW + timedelta(days=1)
    assert stamp_new_rules((RULE, new), (old,), later) == (old, structs.replace(new, since=later))


def test_a_rule_fires_on_an_object_of_the_second_in_which_it_was_saved() -> None:
    """Event times are whole seconds, so the date of a rule is rounded down."""
    saved = NOW + timedelta(microseconds=900_000)
    (rule,) = stamp_new_rules((RULE,), (), saved)
    assert rule.fires_on(CREATED.key, NOW)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (RuleTarget(process="image/resize,w_0", key="x"), Code.INVALID_ARGUMENT),
        (RuleTarget(process="image/info", key="x"), Code.INVALID_ARGUMENT),
        (RuleTarget(process="image/format,png", key="x", bucket="gone"), Code.NO_SUCH_BUCKET),
    ],
    ids=["out of range", "a report", "no bucket"],
)
def test_a_rule_that_can_never_succeed_is_refused(target: RuleTarget, code: Code) -> None:
    """`check_rules` raises the error when the rule is saved."""
    bucket = Bucket(name="demo", events=(structs.replace(RULE, targets=(target,)),))
    with pytest.raises(OssError) as caught:
        check_rules(bucket, (), AUTHOR, memory_services(bucket))
    assert caught.value.code is code


def test_a_rule_may_name_a_missing_style() -> None:
    """Saving the rule succeeds; an event raises NoSuchStyle while the style is missing."""
    styled = structs.replace(RULE, targets=(RuleTarget(process="style/later", key="x"),))
    bucket = Bucket(name="demo", events=(styled,))
    check_rules(bucket, (), AUTHOR, memory_services(bucket))
    with pytest.raises(OssError) as caught:
        job_from_event(CREATED, memory_services(bucket))
    assert caught.value.code is Code.NO_SUCH_STYLE


def administrator(*permissions: Permission) -> Caller:
    """Return the administrator of `demo`, with further permissions on it."""
    permitted = frozenset({Permission.ADMIN, *permissions})
    return Caller(key_id="admin", buckets=frozenset({"demo"}), permissions=permitted)


@pytest.mark.parametrize(
    ("target", "author", "allowed"),
    [
        ("demo", administrator(), False),
        ("demo", administrator(Permission.WRITE), True),
        ("gallery", administrator(Permission.WRITE), False),
        ("open", administrator(Permission.WRITE), False),
        ("gallery", AUTHOR, True),
    ],
    ids=["own-admin", "own-writer", "other", "other-open", "other-writer"],
)
@pytest.mark.parametrize("place", [0, 1], ids=["only target", "second target"])
def test_a_new_rule_needs_the_write_permission_of_every_target(
    target: str, author: Caller, place: int, *, allowed: bool
) -> None:
    """A rule writes without its author, so an ACL that lets everyone write is not enough."""
    own = RuleTarget(process="image/format,png", key="x", bucket="gallery")
    targets = [RuleTarget(process="image/format,png", key="y", bucket=target)]
    if place:
        targets.insert(0, own if target == "gallery" else structs.replace(own, bucket=target))
    bucket = Bucket(name="demo", events=(structs.replace(RULE, targets=tuple(targets)),))
    others = Bucket(name="gallery"), Bucket(name="open", acl=Acl.PUBLIC_READ_WRITE)
    services = memory_services(bucket, *others)
    if allowed:
        check_rules(bucket, (), author, services)
        return
    with pytest.raises(OssError) as caught:
        check_rules(bucket, (), author, services)
    assert caught.value.code is Code.ACCESS_DENIED


def test_a_rule_that_is_saved_again_needs_no_permission() -> None:
    """Whatever date is sent with it; any other change makes it a new rule."""
    rule = structs.replace(
        RULE, targets=(RuleTarget(process="style/x", key="x", bucket="gallery"),), since=NOW
    )
    services = memory_services(Bucket(name="demo"), Bucket(name="gallery"))
    later = structs.replace(rule, since=NOW + timedelta(days=1))
    for kept in (rule, later, structs.replace(rule, since=None)):
        check_rules(Bucket(name="demo", events=(kept,)), (rule,), administrator(), services)
    target = structs.replace(rule.targets[0], key="{object}")
    for changed in ({"prefix": ""}, {"suffix": ""}, {"targets": (target,)}):
        settings = Bucket(name="demo", events=(structs.replace(rule, **changed),))
        with pytest.raises(OssError):
            check_rules(settings, (rule,), administrator(), services)
