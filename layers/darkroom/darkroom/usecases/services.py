"""The adapters that the use cases reach, built once by an entry."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from darkroom.auth import Credentials
from darkroom.imaging.context import ProcessingContext
from darkroom.limits import Limits
from darkroom.ports import Clock
from darkroom.ports.jobs import JobQueue, Locks, MessageControl, Notifier, TaskStore
from darkroom.ports.multipart import MultipartStore
from darkroom.ports.objects import ObjectLister, ObjectReader, ObjectWriter, Presigner
from darkroom.ports.results import ResultStorage
from darkroom.ports.settings import BucketStore, OriginVerifier, StyleStore
from darkroom.settings import Settings
from darkroom.usecases.result_storage import ResultCache


@dataclass(frozen=True, slots=True, kw_only=True)
class JobServices:
    """The adapters of asynchronous work; a deployment without a table has none."""

    queue: JobQueue
    messages: MessageControl
    tasks: TaskStore
    locks: Locks
    notifier: Notifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The adapters, built once by an entry."""

    settings: Settings
    clock: Clock
    credentials: Credentials
    buckets: BucketStore
    styles: StyleStore
    objects: ObjectReader
    presigner: Presigner
    writer: ObjectWriter
    lister: ObjectLister
    results: ResultStorage | None = None
    """For results over the reply limit; without it these are refused."""
    result_cache: ResultCache | None = None
    """For results that are given again; none where a deployment makes each anew."""
    multipart: MultipartStore | None = None
    origin_verifier: OriginVerifier | None = None
    """The CDN in front; none where clients come as they are."""
    jobs: JobServices | None = None
    """For asynchronous work; none where a deployment has no queue for it."""
    limits: Limits = field(default_factory=Limits)


LEASE_MARGIN = timedelta(seconds=10)
"""How much longer a claim lasts than its owner can: nobody is working when it runs out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobWorker:
    """Who does the work: a name that no other worker has, and the tools."""

    name: str
    services: Services
    jobs: JobServices
    context: ProcessingContext

    def lease_expires_at(self) -> datetime:
        """When this worker will surely have stopped."""
        return (
            self.services.clock()
            + timedelta(seconds=max(0, self.context.remaining()))
            + LEASE_MARGIN
        )
