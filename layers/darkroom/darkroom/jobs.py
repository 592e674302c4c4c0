"""Jobs, which are accepted at once and processed later, and the tasks that record their state.

A job has one source object and one or more targets. Targets that decode the source at the same
scale share the decoded picture. The queue carries a job as JSON, with all data that a worker needs.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from darkroom.json_documents import InvalidDocument, decode

MAX_TARGETS = 200
"""Targets of a job: 10 of each of the 20 rules that a bucket may have."""

TASK_TTL = timedelta(days=7)
"""Time after its creation at which a task expires."""


class InvalidMessage(Exception):
    """A message of the queue is neither a job nor an event; the text names the wrong member."""

    def __init__(self, reason: str) -> None:
        """`reason` names the wrong member and the expected value."""
        super().__init__(f"neither a job nor an event: {reason}")


# Lengths that the stores hold: a longer text would fail as theirs, and be tried again to the end.
type _Id = Annotated[str, Meta(min_length=1, max_length=128, description="1 to 128 characters")]
type _BucketName = Annotated[
    str,
    Meta(pattern=r"\A[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z", description="a bucket's name"),
]
type _Key = Annotated[
    str, Meta(min_length=1, max_length=1023, description="a key of 1 to 1023 characters")
]
type _Text = Annotated[
    str, Meta(min_length=1, max_length=16_384, description="1 to 16384 characters")
]


class JobTarget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A process in canonical text, and templates of the bucket and key of its result."""

    process: _Text
    bucket: _Text
    key: _Text
    """May contain `{autoext}`, which depends on the format of the result."""


class Reader(StrEnum):
    """The rights with which the objects of a job are read."""

    SERVICE = "service"
    """Those of the service: the job's author may read the bucket, or a rule made the job."""
    STYLE = "style"
    """Those of anonymous callers with a style."""
    ANYONE = "anyone"
    """Those of anonymous callers with an inline process."""


class Job(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source object and the targets to be made of it."""

    task_id: _Id
    event_id: _Id
    bucket: _BucketName
    key: _Key
    targets: Annotated[
        tuple[JobTarget, ...],
        Meta(min_length=1, max_length=MAX_TARGETS, description="a list of 1 to 200 targets"),
    ]
    accepted: Annotated[datetime, Meta(tz=True)]
    etag: _Id | None = None
    """ETag of the version to process; None: the version that exists when the job runs."""
    topic: Annotated[str, Meta(max_length=256)] | None = None
    by_rule: bool = False
    """Whether an event rule created the job: it does not process a source that a rule made."""
    reader: Reader = Reader.SERVICE
    """Checked again by the worker: an object may have been closed since the job was accepted."""
    redrive_count: Annotated[int, Meta(ge=0, le=1_000_000)] = msgspec.field(default=0, name="round")
    """How often the job was redriven; a failed task runs again for a higher count than its own.

    The member is named `round` in messages, as in those of earlier versions.
    """

    def to_json(self) -> str:
        """Return the job as JSON in ASCII: SQS refuses some characters that keys may have."""
        members = msgspec.to_builtins(self)
        if self.reader is Reader.SERVICE:
            # Workers of earlier versions refuse a member that they do not have.
            del members["reader"]
        return json.dumps({"job": members})

    @classmethod
    def from_json(cls, text: str) -> "Job":
        """Parse the JSON of `to_json`; raises `InvalidMessage` for any other text."""
        try:
            return decode(text, _JobMessage).job
        except InvalidDocument as error:
            raise InvalidMessage(str(error)) from error


class _JobMessage(Struct, frozen=True, forbid_unknown_fields=True):
    job: Job


class State(StrEnum):
    """State of a task, by the names that replies and notifications use."""

    ACCEPTED = "Accepted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class TargetResult(Struct, frozen=True, kw_only=True):
    """A stored result: bucket and key with all variables replaced, and its size in bytes."""

    bucket: str
    key: str
    size: int


class Task(Struct, frozen=True, kw_only=True):
    """A job with its state and its results."""

    job: Job
    state: State = State.ACCEPTED
    results: Mapping[int, TargetResult] = field(default_factory=dict)
    """Stored results, by the index of their target in the job."""
    code: str | None = None
    """OSS's code of the error that failed the task, or its last attempt if it is not finished."""
    message: str | None = None
    """Message of that error, or the reason why a succeeded task did not make every target."""
    attempts: int = 0
    finished_at: datetime | None = None
    notified: bool = False
    """Whether a failure was sent to the dead-letter queue, and the final state to the topic."""

    @property
    def is_finished(self) -> bool:
        """Whether the state is final; `notified` may still be False."""
        return self.state in (State.SUCCEEDED, State.FAILED)
