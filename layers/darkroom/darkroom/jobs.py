"""Jobs: processing that is promised now and done later, and what becomes of them.

A job is one source object and one or more targets, so that whatever is made of one upload
shares its decoding. It is plain data: it travels as JSON and says all that the work needs.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

TASK_TTL = timedelta(days=7)
"""How long a task can be asked after."""


class InvalidMessage(Exception):
    """A message is no job; says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be made: a process in canonical text and where its result goes."""

    process: str
    bucket: str
    key: str
    """May hold `{autoext}`, which only the result can fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A promise about one source object."""

    task_id: str
    event_id: str
    bucket: str
    key: str
    targets: tuple[Target, ...]
    accepted: datetime
    etag: str | None = None
    """Of the version that is meant; none for whichever is there when the work begins."""
    topic: str | None = None
    by_rule: bool = False
    """Whether a rule of the bucket asked for it, so that it must not feed another rule."""
    redrive_count: int = 0
    """How often it came back from the dead letters: a task that failed is tried once a round."""

    def text(self) -> str:
        """Write it as JSON, in ASCII: a queue does not carry every character that keys have."""
        members = asdict(self) | {"accepted": self.accepted.isoformat()}
        return json.dumps({"job": members})

    @classmethod
    def read(cls, members: Any) -> Self:
        """Read what `text` wrote, parsed; raise `Malformed` for anything else."""
        try:
            targets = tuple(Target(**_texts(target)) for target in members["targets"])
            accepted = datetime.fromisoformat(members["accepted"])
            job = cls(**{**members, "targets": targets, "accepted": accepted})
        except (TypeError, KeyError, ValueError) as error:
            raise InvalidMessage(f"no job: {error}") from error
        names = [job.task_id, job.event_id, job.bucket, job.key]
        names += [name for name in (job.etag, job.topic) if name is not None]
        if not targets or not all(isinstance(name, str) for name in names):
            raise InvalidMessage("no job: it has no targets or no names")
        if (type(job.redrive_count), type(job.by_rule)) != (int, bool):
            raise InvalidMessage("no job: its round is no number, or by_rule no flag")
        return job


def _texts(members: Mapping[str, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in members.values()):
        raise TypeError("a target's members are texts")
    return dict(members)


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
