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
from darkroom.imaging.operations import canonical, compiled
from darkroom.jobs import Job, Malformed, Target
from darkroom.process.grammar import parse
from darkroom.settings import Settings
from darkroom.usecases.jobs.submit import new_event_id
from darkroom.usecases.save import pictures
from darkroom.usecases.services import World
from darkroom.usecases.styles import looked_up

_NAMESPACE = uuid.UUID("5a1b6f0c-3f8e-5d0e-9a53-0d4c6a7e5b21")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An object that has been created, as the store told of it."""

    bucket: str
    """By its OSS name."""
    key: str
    etag: str
    """Bare upper-case hex."""
    sequencer: str
    """Tells one creation of a key from another; its time does where the store has none."""
    created: datetime


def understood(body: str, settings: Settings) -> Job | list[Arrival]:
    """Read a message of the queue: a job, an EventBridge event or an S3 notification.

    Raises `Malformed`. Objects of buckets that are not served are none of ours.
    """
    try:
        message = json.loads(body)
        json.dumps(message, ensure_ascii=False).encode()  # fails for half of a surrogate pair
        if "job" in message:
            return Job.read(message["job"])
        return [arrival for arrival in _arrivals(message, settings) if arrival is not None]
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as error:
        raise Malformed(f"neither a job nor an event: {error!r}") from error


def _arrivals(message: Mapping[str, Any], settings: Settings) -> Iterator[Arrival | None]:
    if message.get("detail-type") == "Object Created":
        yield _arrival(message["detail"], message["time"], "etag", settings)
    elif message.get("Event") == "s3:TestEvent":
        return  # S3 sends one when a notification is set up
    else:
        for record in message["Records"]:
            if record["eventName"].startswith("ObjectCreated:"):
                # A notification's keys are encoded like a form, an event's are not.
                s3 = record["s3"]
                key = unquote_plus(s3["object"]["key"])
                detail = {"bucket": s3["bucket"], "object": {**s3["object"], "key": key}}
                yield _arrival(detail, record["eventTime"], "eTag", settings)


def _arrival(detail: Mapping[str, Any], time: str, etag: str, settings: Settings) -> Arrival | None:
    served = {entry.s3: name for name, entry in settings.buckets.items()}
    bucket = served.get(detail["bucket"]["name"])
    if bucket is None:
        return None
    object_ = detail["object"]
    created = datetime.fromisoformat(time)
    if not isinstance(object_["key"], str) or created.tzinfo is None:
        raise ValueError("its key is no text, or its time has no zone")
    return Arrival(
        bucket=bucket,
        key=object_["key"],
        etag=object_[etag].strip('"').upper(),
        sequencer=str(object_.get("sequencer", time)),
        created=created,
    )


def job_for(arrival: Arrival, world: World) -> Job | None:
    """Gather what all rules of the bucket make of an object; none when they make nothing.

    The same arrival gives a job of the same id, however often it is told of.
    """
    if world.buckets.find(arrival.bucket) is None:
        return None
    # Read now: an object that comes right after its rule was saved is meant by it.
    bucket = world.buckets.current(arrival.bucket)
    targets = tuple(
        _target(target, bucket, world)
        for rule in bucket.events
        if rule.fires_on(arrival.key, arrival.created)
        for target in rule.targets
    )
    if not targets:
        return None
    return Job(
        task_id=f"Image-{_name_of(arrival)}",
        event_id=new_event_id(),
        bucket=arrival.bucket,
        key=arrival.key,
        etag=arrival.etag,
        targets=targets,
        accepted=world.clock(),
        by_rule=True,
    )


def _name_of(arrival: Arrival) -> uuid.UUID:
    parts = (arrival.bucket, arrival.key, arrival.etag, arrival.sequencer)
    return uuid.uuid5(_NAMESPACE, hashlib.sha256("\n".join(parts).encode()).hexdigest())


def _target(target: RuleTarget, bucket: Bucket, world: World) -> Target:
    """Settle a rule's process: a style is read now, and later changes of it do not count."""
    process = looked_up(target.process, bucket, world).process
    operations = pictures(compiled(process.actions), target.process)
    return Target(
        process=canonical(operations), bucket=target.bucket or bucket.name, key=target.key
    )


def settled(
    rules: tuple[EventRule, ...], known: tuple[EventRule, ...], now: datetime
) -> tuple[EventRule, ...]:
    """Date the rules that are new: one that was there before goes on as it was.

    By the whole second, which is as exactly as the store's events tell the time.
    """
    now = now.replace(microsecond=0)
    before = {replace(rule, since=None): rule for rule in known}
    return tuple(before.get(replace(rule, since=None), replace(rule, since=now)) for rule in rules)


def check_rules(bucket: Bucket, world: World) -> None:
    """Refuse a rule whose inline process or bucket could never do; a style may come later."""
    for rule in bucket.events:
        for target in rule.targets:
            parsed = parse(target.process)
            if parsed.style is None:
                pictures(compiled(parsed.actions), target.process)
            if target.bucket is not None and world.buckets.find(target.bucket) is None:
                raise no_such_bucket(target.bucket)
