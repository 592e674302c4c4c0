"""Objects that have come into a bucket, and what its rules make of them."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import unquote_plus

from msgspec import Meta, Raw, Struct, field, structs

from darkroom.buckets import Bucket, EventRule, RuleTarget
from darkroom.errors import no_such_bucket
from darkroom.imaging.operations import canonical_process, compile_operations
from darkroom.jobs import InvalidMessage, Job, Target
from darkroom.json_documents import InvalidDocument, decode
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


type _Moment = Annotated[datetime, Meta(tz=True)]


class _Message(Struct, frozen=True, kw_only=True, rename={"event": "Event", "records": "Records"}):
    """What tells the kinds of message apart. Unknown members are ignored: AWS adds some."""

    job: Raw = Raw()
    detail_type: str = field(name="detail-type", default="")
    event: str = ""
    records: list[Raw] | None = None


class _BucketEntity(Struct, frozen=True):
    name: str


class _EventObject(Struct, frozen=True, kw_only=True):
    key: str
    etag: str
    sequencer: str = ""


class _EventDetail(Struct, frozen=True):
    bucket: _BucketEntity
    object: _EventObject


class _Event(Struct, frozen=True):
    """EventBridge's event of S3."""

    time: _Moment
    detail: _EventDetail


class _RecordObject(Struct, frozen=True, kw_only=True):
    key: str
    """Encoded like a form."""
    etag: str = field(name="eTag")
    sequencer: str = ""


class _RecordEntity(Struct, frozen=True):
    bucket: _BucketEntity
    object: _RecordObject


class _RecordKind(Struct, frozen=True, rename="camel"):
    event_name: str


class _Record(Struct, frozen=True, rename="camel"):
    """A record of an S3 notification."""

    event_time: _Moment
    s3: _RecordEntity


def parse_message(body: str, settings: Settings) -> Job | list[ObjectCreated]:
    """Read a message of the queue: a job, an EventBridge event or an S3 notification.

    Raises `InvalidMessage`. Objects of buckets that are not served are left out.
    """
    try:
        message = decode(body, _Message)
        if bytes(message.job):
            return Job.from_json(body)
        created = list(_object_events(message, body))
    except InvalidDocument as error:
        raise InvalidMessage(str(error)) from error
    served = {entry.s3: name for name, entry in settings.buckets.items()}
    return [replace(each, bucket=served[each.bucket]) for each in created if each.bucket in served]


def _object_events(message: _Message, body: str) -> Iterator[ObjectCreated]:
    """Give the objects by their S3 buckets' names."""
    if message.detail_type == "Object Created":
        event = decode(body, _Event)
        yield _object_created(event.detail, event.time, event.detail.object.key)
    elif message.event == "s3:TestEvent":
        return  # S3 sends one when a notification is set up
    elif message.records is None:
        raise InvalidDocument("Records is required")
    else:
        for number, text in enumerate(message.records):
            path = f"Records[{number}]"
            kind = decode(bytes(text), _RecordKind, path=path)
            if kind.event_name.startswith("ObjectCreated:"):
                record = decode(bytes(text), _Record, path=path)
                key = unquote_plus(record.s3.object.key)
                yield _object_created(record.s3, record.event_time, key)


def _object_created(
    entity: _EventDetail | _RecordEntity, time: datetime, key: str
) -> ObjectCreated:
    return ObjectCreated(
        bucket=entity.bucket.name,
        key=key,
        etag=entity.object.etag.strip('"').upper(),
        sequencer=entity.object.sequencer or time.isoformat(),
        created=time,
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
    before = {structs.replace(rule, since=None): rule for rule in known}
    return tuple(
        before.get(structs.replace(rule, since=None), structs.replace(rule, since=now))
        for rule in rules
    )


def check_rules(bucket: Bucket, services: Services) -> None:
    """Refuse a rule whose inline process or bucket could never do; a style may come later."""
    for rule in bucket.events:
        for target in rule.targets:
            parsed = parse(target.process)
            if parsed.style is None:
                reject_reports(compile_operations(parsed.actions), target.process)
            if target.bucket is not None and services.buckets.find(target.bucket) is None:
                raise no_such_bucket(target.bucket)
