"""The adapters that the use cases reach, built once by an entry."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from darkroom.auth import Credentials
from darkroom.imaging.steps import Context
from darkroom.limits import Limits
from darkroom.ports import (
    BucketStore,
    Clock,
    Front,
    JobQueue,
    Letters,
    LinkMaker,
    Locks,
    ObjectReader,
    ObjectWriter,
    ResultStore,
    StyleStore,
    TaskStore,
    Topics,
)
from darkroom.ports.listing import ObjectLister
from darkroom.ports.multipart import Uploads
from darkroom.settings import Settings
from darkroom.usecases.result_storage import Keeping


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """The adapters of asynchronous work; a deployment without a table has none."""

    queue: JobQueue
    letters: Letters
    tasks: TaskStore
    locks: Locks
    topics: Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The adapters, built once by an entry."""

    settings: Settings
    clock: Clock
    credentials: Credentials
    buckets: BucketStore
    styles: StyleStore
    objects: ObjectReader
    links: LinkMaker
    writer: ObjectWriter
    lister: ObjectLister
    results: ResultStore | None = None
    """For results over the reply limit; without it these are refused."""
    keeping: Keeping | None = None
    """For results that are given again; none where a deployment makes each anew."""
    uploads: Uploads | None = None
    front: Front | None = None
    """The CDN in front; none where clients come as they are."""
    workshop: Workshop | None = None
    """For asynchronous work; none where a deployment has no queue for it."""
    limits: Limits = field(default_factory=Limits)


GRACE = timedelta(seconds=10)
"""How much longer a claim lasts than its owner can: nobody is working when it runs out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who does the work: a name that no other worker has, and the tools."""

    name: str
    world: World
    workshop: Workshop
    context: Context

    def until(self) -> datetime:
        """When this worker will surely have stopped."""
        return self.world.clock() + timedelta(seconds=max(0, self.context.remaining())) + GRACE
