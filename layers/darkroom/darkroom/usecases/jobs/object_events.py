"""Events of created objects, and the jobs that the event rules of a bucket make of them."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from urllib.parse import unquote_plus

from msgspec import Meta, Raw, Struct, field, structs
from msgspec.structs import replace

from darkroom.auth import Caller
from darkroom.buckets import Bucket, EventRule, RuleTarget
from darkroom.imaging.operations import canonical_process, compile_operations
from darkroom.jobs import InvalidMessage, Job, JobTarget
from darkroom.json_documents import InvalidDocument, decode
from darkroom.process.grammar import parse
from darkroom.settings import Settings
from darkroom.usecases.authorization import get_bucket, require_write_permission
from darkroom.usecases.jobs.submit import new_event_id
from darkroom.usecases.save import reject_reports
from darkroom.usecases.services import Services
from darkroom.usecases.styles import resolve_style

_NAMESPACE = uuid.UUID("5a1b6f0c-3f8e-5d0e-9a53-0d4c6a7e5b21")


class ObjectCreated(Struct, frozen=True, kw_only=True):
    """An object that was created, as an event of S3 describes it."""

    bucket: str
    """OSS name of the bucket; the S3 name until `parse_message` replaces it."""
    key: str
    etag: str
    """Upper-case, without quotes."""
    sequencer: str
    """Distinguishes creations of the same key: S3's sequencer, or the event's time without one."""
    created: datetime


type _Timestamp = Annotated[datetime, Meta(tz=True)]


class _Message(Struct, frozen=True, kw_only=True, rename={"event": "Event", "records": "Records"}):
    """The members that distinguish kinds of message. Unknown members are ignored: AWS adds some."""

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
    """An event of S3 as EventBridge delivers it."""

    time: _Timestamp
    detail: _EventDetail


class _RecordObject(Struct, frozen=True, kw_only=True):
    key: str
    """Percent-encoded, with `+` for a space."""
    etag: str = field(name="eTag")
    sequencer: str = ""


class _RecordEntity(Struct, frozen=True):
    bucket: _BucketEntity
    object: _RecordObject


class _RecordKind(Struct, frozen=True, rename="camel"):
    event_name: str


class _Record(Struct, frozen=True, rename="camel"):
    """A record of an S3 notification."""

    event_time: _Timestamp
    s3: _RecordEntity


def parse_message(body: str, settings: Settings) -> Job | list[ObjectCreated]:
    """Parse a message of the queue: a job, an EventBridge event or an S3 notification.

    Raises `InvalidMessage`. Omits objects of S3 buckets that are not served.
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
    """Yield the created objects, with the names of their S3 buckets."""
    if message.detail_type == "Object Created":
        event = decode(body, _Event)
        yield _object_created(event.detail, event.time, event.detail.object.key)
    elif message.event == "s3:TestEvent":
        return  # S3 sends it when a notification is configured.
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


def job_from_event(event: ObjectCreated, services: Services) -> Job | None:
    """Return a job with the targets of all rules that apply to an object; None without targets.

    Events that are delivered again give jobs with the same task id.
    """
    if services.buckets.find(event.bucket) is None:
        return None
    # Not cached: a rule applies to an object that is created immediately after it was saved.
    bucket = services.buckets.current(event.bucket)
    targets = tuple(
        _resolve_target(target, bucket, services)
        for rule in bucket.events
        if rule.fires_on(event.key, event.created)
        for target in rule.targets
    )
    if not targets:
        return None
    return Job(
        task_id=f"Image-{_event_uuid(event)}",
        event_id=new_event_id(),
        bucket=event.bucket,
        key=event.key,
        etag=event.etag,
        targets=targets,
        accepted=services.clock(),
        by_rule=True,
    )


def _event_uuid(event: ObjectCreated) -> uuid.UUID:
    parts = (event.bucket, event.key, event.etag, event.sequencer)
    return uuid.uuid5(_NAMESPACE, hashlib.sha256("\n".join(parts).encode()).hexdigest())


def _resolve_target(target: RuleTarget, bucket: Bucket, services: Services) -> JobTarget:
    """Return the target with its process in canonical text; a style is replaced by its content."""
    process = resolve_style(target.process, bucket, services).process
    operations = reject_reports(compile_operations(process.actions), target.process)
    return JobTarget(
        process=canonical_process(operations), bucket=target.bucket or bucket.name, key=target.key
    )


def stamp_new_rules(
    rules: tuple[EventRule, ...], known: tuple[EventRule, ...], now: datetime
) -> tuple[EventRule, ...]:
    """Set `since` of new rules to `now`; a rule that is among `known` keeps its own.

    `now` is rounded down to a whole second, the precision of EventBridge's times.
    """
    now = now.replace(microsecond=0)
    known_rules = _by_content(known)
    return tuple(
        known_rules.get(_without_date(rule), structs.replace(rule, since=now)) for rule in rules
    )


def check_rules(
    bucket: Bucket, known: tuple[EventRule, ...], caller: Caller, services: Services
) -> None:
    """Refuse a rule with an invalid inline process, or a target that its author may not write.

    The existence of a style is not checked: it may be saved later. The write permission is
    required on every target's bucket of a rule that is not among `known`, the bucket's own
    included: a rule stores its results with the service's permissions.
    """
    known_rules = _by_content(known)
    for rule in bucket.events:
        for target in rule.targets:
            parsed = parse(target.process)
            if parsed.style is None:
                reject_reports(compile_operations(parsed.actions), target.process)
            target_bucket = get_bucket(services, target.bucket or bucket.name)
            if _without_date(rule) not in known_rules:
                require_write_permission(target_bucket, caller)


def _by_content(rules: tuple[EventRule, ...]) -> dict[EventRule, EventRule]:
    return {_without_date(rule): rule for rule in rules}


def _without_date(rule: EventRule) -> EventRule:
    return structs.replace(rule, since=None)
