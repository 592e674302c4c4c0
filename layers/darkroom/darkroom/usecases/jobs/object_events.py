"""Objects that have come into a bucket, and what its rules make of them."""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from darkroom.buckets import Bucket, EventRule, RuleTarget
from darkroom.errors import no_such_bucket
from darkroom.imaging.operations import canonical_process, compile_operations
from darkroom.jobs import InvalidMessage, Job, Target
from darkroom.process.grammar import parse
from darkroom.settings import Settings
from darkroom.usecases.jobs.submit import new_event_id
from darkroom.usecases.save import reject_reports
from darkroom.usecases.services import Services
from darkroom.usecases.styles import resolve_style

_NAMESPACE = uuid.UUID("5a1b6f0c-3f8e-5d0e-9a53-0d4c6a7e5b21")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectCreated:
    """An object that has been created, as the store told of it."""

    bucket: str
    """By its OSS name."""
    key: str
    etag: str
    """Bare upper-case hex."""
    sequencer: str
    """Tells one creation of a key from another; its time does where the store has none."""
    created: datetime


def parse_message(body: str, settings: Settings) -> Job | list[ObjectCreated]:
    """Read a message of the queue: a job, an EventBridge event or an S3 notification.

    Raises `Malformed`. Objects of buckets that are not served are none of ours.
    """
    try:
        message = json.loads(body)
        json.dumps(message, ensure_ascii=False).encode()  # fails for half of a surrogate pair
        if "job" in message:
            return Job.read(message["job"])
        return [arrival for arrival in _object_events(message, settings) if arrival is not None]
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as error:
        raise InvalidMessage(f"neither a job nor an event: {error!r}") from error


def _object_events(
    message: Mapping[str, Any], settings: Settings
) -> Iterator[ObjectCreated | None]:
    if message.get("detail-type") == "Object Created":
        yield _object_event(message["detail"], message["time"], "etag", settings)
    elif message.get("Event") == "s3:TestEvent":
        return  # S3 sends one when a notification is set up
    else:
        for record in message["Records"]:
            if record["eventName"].startswith("ObjectCreated:"):
                # A notification's keys are encoded like a form, an event's are not.
                s3 = record["s3"]
                key = unquote_plus(s3["object"]["key"])
                detail = {"bucket": s3["bucket"], "object": {**s3["object"], "key": key}}
                yield _object_event(detail, record["eventTime"], "eTag", settings)


def _object_event(
    detail: Mapping[str, Any], time: str, etag: str, settings: Settings
) -> ObjectCreated | None:
    served = {entry.s3: name for name, entry in settings.buckets.items()}
    bucket = served.get(detail["bucket"]["name"])
    if bucket is None:
        return None
    object_ = detail["object"]
    created = datetime.fromisoformat(time)
    if not isinstance(object_["key"], str) or created.tzinfo is None:
        raise ValueError("its key is no text, or its time has no zone")
    return ObjectCreated(
        bucket=bucket,
        key=object_["key"],
        etag=object_[etag].strip('"').upper(),
        sequencer=str(object_.get("sequencer", time)),
        created=created,
    )


def job_from_event(arrival: ObjectCreated, services: Services) -> Job | None:
    """Gather what all rules of the bucket make of an object; none when they make nothing.

    The same arrival gives a job of the same id, however often it is told of.
    """
    if services.buckets.find(arrival.bucket) is None:
        return None
    # Read now: an object that comes right after its rule was saved is meant by it.
    bucket = services.buckets.current(arrival.bucket)
    targets = tuple(
        _resolve_target(target, bucket, services)
        for rule in bucket.events
        if rule.fires_on(arrival.key, arrival.created)
        for target in rule.targets
    )
    if not targets:
        return None
    return Job(
        task_id=f"Image-{_event_uuid(arrival)}",
        event_id=new_event_id(),
        bucket=arrival.bucket,
        key=arrival.key,
        etag=arrival.etag,
        targets=targets,
        accepted=services.clock(),
        by_rule=True,
    )


def _event_uuid(arrival: ObjectCreated) -> uuid.UUID:
    parts = (arrival.bucket, arrival.key, arrival.etag, arrival.sequencer)
    return uuid.uuid5(_NAMESPACE, hashlib.sha256("\n".join(parts).encode()).hexdigest())


def _resolve_target(target: RuleTarget, bucket: Bucket, services: Services) -> Target:
    """Settle a rule's process: a style is read now, and later changes of it do not count."""
    process = resolve_style(target.process, bucket, services).process
    operations = reject_reports(compile_operations(process.actions), target.process)
    return Target(
        process=canonical_process(operations), bucket=target.bucket or bucket.name, key=target.key
    )


def stamp_new_rules(
    rules: tuple[EventRule, ...], known: tuple[EventRule, ...], now: datetime
) -> tuple[EventRule, ...]:
    """Date the rules that are new: one that was there before goes on as it was.

    By the whole second, which is as exactly as the store's events tell the time.
    """
    now = now.replace(microsecond=0)
    before = {replace(rule, since=None): rule for rule in known}
    return tuple(before.get(replace(rule, since=None), replace(rule, since=now)) for rule in rules)


def check_rules(bucket: Bucket, services: Services) -> None:
    """Refuse a rule whose inline process or bucket could never do; a style may come later."""
    for rule in bucket.events:
        for target in rule.targets:
            parsed = parse(target.process)
            if parsed.style is None:
                reject_reports(compile_operations(parsed.actions), target.process)
            if target.bucket is not None and services.buckets.find(target.bucket) is None:
                raise no_such_bucket(target.bucket)
