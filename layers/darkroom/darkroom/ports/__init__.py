"""What the service needs of the world, declared where it is used: 1–4 methods each.

Bucket names are OSS bucket names throughout; an adapter maps them to its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from darkroom.buckets import Acl, Bucket, Styles
from darkroom.jobs import Task

type Clock = Callable[[], datetime]
"""The present moment in UTC, with its time zone."""


STANDARD = "Standard"
STORAGE_CLASSES = (STANDARD, "IA", "Archive", "ColdArchive")
BINARY = "application/octet-stream"
OWN_METADATA = "darkroom-"
"""How names of metadata begin that adapters keep for themselves: they never come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What is stored beside an object's bytes and comes back with them."""

    content_type: str = BINARY
    headers: Mapping[str, str] = field(default_factory=dict)
    """Stored reply headers by lower-case name: cache-control, content-disposition, …"""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """User metadata without its `x-oss-meta-` prefix."""
    storage_class: str = STANDARD
    acl: Acl | None = None
    """The object's own; none inherits the bucket's."""
    by_rule: bool = False
    """Whether a rule of a bucket had it made: no rule fires on such an object."""
    tags: str | None = None
    """`name=value&…`, percent-encoded; does not come back. A copy without keeps its source's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """What a store knows of an object without its bytes; `etag` is bare upper-case hex.

    The rest is as in `Attributes`.
    """

    bucket: str
    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str = BINARY
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    storage_class: str = STANDARD
    acl: Acl | None = None
    by_rule: bool = False
    version_id: str | None = None
    crc64: int | None = None
    """Of the bytes, where it is known for certain."""


class Replaced(Exception):
    """The object changed while it was read: what was read of it so far is worthless."""


class OpenObject(Protocol):
    """An object whose header has arrived and whose body is still to be read."""

    @property
    def info(self) -> ObjectInfo:
        """What the header says."""

    def read(self) -> bytes:
        """Read the whole body or raise: `Replaced`, or `OssError` when it cannot be had."""

    def close(self) -> None:
        """Give the connection back, read or not."""


type Span = tuple[int | None, int | None]
"""First and last byte, both included; without a last to the end, without a first the tail."""


class ObjectReader(Protocol):
    """Reading objects; a missing bucket or key raises `NoSuchBucket` or `NoSuchKey`."""

    def head(self, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
        """Ask for the header alone."""

    def open(
        self, bucket: str, key: str, *, version_id: str | None = None, span: Span | None = None
    ) -> OpenObject:
        """Ask for the object or for some of it: `InvalidRange` if it has none of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a store says of an object that it has taken."""

    etag: str
    """Bare upper-case hex."""
    last_modified: datetime | None = None
    """Only known of copies."""
    version_id: str | None = None
    md5: bytes | None = None
    crc64: int | None = None


class ObjectWriter(Protocol):
    """Writing objects: complete or not at all. A missing bucket raises `NoSuchBucket`.

    Without `overwrite`, an object of that key raises `FileAlreadyExists`, however close
    the race.
    """

    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        attributes: Attributes,
        *,
        overwrite: bool = True,
    ) -> Written:
        """Store the body."""

    def copy(
        self,
        source: ObjectInfo,
        bucket: str,
        key: str,
        attributes: Attributes,
        *,
        overwrite: bool = True,
    ) -> Written:
        """Copy that very version, or raise `Replaced`."""

    def delete(self, bucket: str, key: str, *, version_id: str | None = None) -> None:
        """Remove the object; a missing one is no error."""

    def delete_all(self, bucket: str, keys: Sequence[str]) -> Sequence[str]:
        """Remove up to 1000 objects; answer the keys that are gone now, in their order."""


class LinkMaker(Protocol):
    """Making addresses from which a client reads an object without this service."""

    def link(self, info: ObjectInfo, *, overrides: Mapping[str, str]) -> str:
        """Presign a GET of that version; `overrides` are headers to reply with."""


class Front(Protocol):
    """What stands before this service, so that nobody gets past it."""

    def accepts(self, word: str) -> bool:
        """Tell whether the front added that word; several hold while they change."""


class BucketStore(Protocol):
    """The buckets that are served, with their settings."""

    def find(self, name: str) -> Bucket | None:
        """Look one up by its OSS name, with settings that were true at most 30 s ago.

        None means that there is no such bucket.
        """

    def current(self, name: str) -> Bucket:
        """Give the settings of a bucket that is served as they are now."""

    def save(self, bucket: Bucket) -> None:
        """Replace the settings of a bucket that is served."""


class StyleStore(Protocol):
    """The styles of buckets that are served; `InternalError` when it cannot be read."""

    def recent(self, bucket: str, age: timedelta) -> Styles:
        """Give the styles as they were at most so long ago."""

    def current(self, bucket: str) -> Styles:
        """Give the styles as they are now."""

    def change(self, bucket: str, change: Callable[[Styles], Styles]) -> None:
        """Replace the styles by what `change` makes of the current ones, all or nothing.

        It is called again when another one was faster, and may raise to leave all as it is.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResult:
    """A result in a store; without its bytes where they are more than was asked for."""

    name: str
    content_type: str
    size: int
    body: bytes | None = None


class ResultStore(Protocol):
    """Where results live, under names that say what they are made of: twice is no harm.

    Every failure is `ServiceUnavailable`: the store is no business of the caller's.
    """

    def find(self, name: str, *, most: int) -> KeptResult | None:
        """Give a result exactly as it was kept, or nothing; its bytes up to so many."""

    def keep(self, name: str, body: bytes, content_type: str) -> None:
        """Store a result."""

    def link(self, name: str, *, headers: Mapping[str, str]) -> str:
        """Presign a GET of a result, to be replied with these headers."""


class JobQueue(Protocol):
    """The way from the promise to the work: what is sent arrives at least once."""

    def send(self, message: str) -> None:
        """Hand a message over; it is kept before this returns."""


class Letters(Protocol):
    """What can be done with a message of the queue besides its work."""

    def postpone(self, receipt: str, seconds: int) -> None:
        """Let a message that was received come again after so long."""

    def bury(self, message: str, reason: str) -> None:
        """Keep a message among the dead letters, with the reason."""


class TaskStore(Protocol):
    """What is known of tasks, for as long as they can be asked after."""

    def accept(self, task: Task) -> bool:
        """Take a new task up; false when one of its id is there already."""

    def find(self, task_id: str) -> Task | None:
        """Look one up as it is now."""

    def claim(self, task_id: str, owner: str, until: datetime) -> Task:
        """Make a task the owner's own to work on: running, one attempt more.

        One that is over is given as it is, the owner's own to tell of. Raises `Busy` while it
        is another owner's.
        """

    def update(self, task: Task, *, owner: str, free: bool = False) -> None:
        """Write what has become of a claimed task; `free` lets the next one claim it.

        Raises `Busy` when it has been claimed by another since.
        """


class Busy(Exception):
    """Another worker is at it: try again later."""


class Locks(Protocol):
    """Names that one worker at a time may hold."""

    def hold(self, name: str, owner: str, until: datetime) -> bool:
        """Take a name, unless another owner holds it and its time is not up."""

    def release(self, name: str, owner: str) -> None:
        """Give a name back; one that is another's by now stays so."""


class Topics(Protocol):
    """Who hears of the end of asynchronous jobs."""

    def knows(self, name: str) -> bool:
        """Whether a topic of this name is set up."""

    def tell(self, name: str, message: str) -> None:
        """Send a message to the topic."""
