"""Jobs: processing that is promised now and done later, and what becomes of them.

A job is one source object and one or more targets, so that whatever is made of one upload
shares its decoding. It is plain data: it travels as JSON and says all that the work needs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from darkroom.json_documents import InvalidDocument, decode

TASK_TTL = timedelta(days=7)
"""How long a task can be asked after."""


class InvalidMessage(Exception):
    """A message of the queue is neither a job nor an event; the text says which member is wrong."""

    def __init__(self, reason: str) -> None:
        """Take what is wrong with the message."""
        super().__init__(f"neither a job nor an event: {reason}")


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be made: a process in canonical text and where its result goes."""

    process: str
    bucket: str
    key: str
    """May hold `{autoext}`, which only the result can fill."""


class Job(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A promise about one source object."""

    task_id: str
    event_id: str
    bucket: str
    key: str
    targets: Annotated[
        tuple[Target, ...], Meta(min_length=1, description="a list of one target or more")
    ]
    accepted: Annotated[datetime, Meta(tz=True)]
    etag: str | None = None
    """Of the version that is meant; none for whichever is there when the work begins."""
    topic: str | None = None
    by_rule: bool = False
    """Whether a rule of the bucket asked for it, so that it must not feed another rule."""
    redrive_count: Annotated[int, Meta(ge=0, le=1_000_000)] = msgspec.field(default=0, name="round")
    """How often it was redriven: a failed task is tried once for each redrive.

    `round` in messages, so that those of an earlier version are still read.
    """

    def to_json(self) -> str:
        """Write it as JSON, in ASCII: a queue does not carry every character that keys have."""
        return json.dumps({"job": msgspec.to_builtins(self)})

    @classmethod
    def from_json(cls, text: str) -> "Job":
        """Read what `to_json` wrote; raise `InvalidMessage` for anything else."""
        try:
            return decode(text, _JobMessage).job
        except InvalidDocument as error:
            raise InvalidMessage(str(error)) from error


class _JobMessage(Struct, frozen=True, forbid_unknown_fields=True):
    job: Job


class State(StrEnum):
    """Where a task stands."""

    ACCEPTED = "Accepted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    """One target that is there: its name with all variables filled, and its bytes' number."""

    bucket: str
    key: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job and what has become of it."""

    job: Job
    state: State = State.ACCEPTED
    results: Mapping[int, TargetResult] = field(default_factory=dict)
    """Targets that are done, by their place in the job."""
    code: str | None = None
    message: str | None = None
    """Of the failure, or of the last attempt's while there may be another."""
    attempts: int = 0
    finished_at: datetime | None = None
    notified: bool = False
    """Whether the topic has heard of the end."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do but, perhaps, to tell."""
        return self.state in (State.SUCCEEDED, State.FAILED)
