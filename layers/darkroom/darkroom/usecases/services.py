"""The adapters that the use cases call, built once by an entry."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field

from darkroom.auth import Credentials
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine
from darkroom.limits import Limits
from darkroom.ports import Clock
from darkroom.ports.jobs import (
    JobQueue,
    Locks,
    MessageControl,
    MessageReceiver,
    Notifier,
    TaskStore,
)
from darkroom.ports.multipart import MultipartStore
from darkroom.ports.objects import ObjectLister, ObjectReader, ObjectWriter, Presigner
from darkroom.ports.results import ResultStorage
from darkroom.ports.settings import BucketStore, OriginVerifier, StyleStore
from darkroom.settings import Settings, SettingsError
from darkroom.usecases.result_storage import ResultCache


class JobServices(Struct, frozen=True, kw_only=True):
    """The adapters of asynchronous jobs; a deployment without a table has none."""

    queue: JobQueue
    receiver: MessageReceiver
    """For an entry that polls the queue itself."""
    messages: MessageControl
    tasks: TaskStore
    locks: Locks
    notifier: Notifier


class Services(Struct, frozen=True, kw_only=True):
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
    """For results over the reply limit; None refuses these."""
    result_cache: ResultCache | None = None
    """None where each request is processed again."""
    multipart: MultipartStore | None = None
    origin_verifier: OriginVerifier | None = None
    """Verifies the CDN's token; None without a CDN."""
    jobs: JobServices | None = None
    """None in a deployment without a queue."""
    limits: Limits = field(default_factory=Limits)
    engine: Engine | None = None
    """None where Pillow does all work on pixels."""

    def processing_context(
        self, remaining: Callable[[], float], **of_entry: Any
    ) -> ProcessingContext:
        """Return the context of a request or message, with further fields of the entry."""
        return ProcessingContext(
            limits=self.limits,
            fonts=self.settings.fonts,
            engine=self.engine,
            remaining=remaining,
            **of_entry,
        )

    def require_jobs(self) -> JobServices:
        """Return the adapters of jobs; raises `SettingsError` for a deployment without a queue."""
        if self.jobs is None:
            raise SettingsError(
                "DARKROOM_JOBS_QUEUE, DARKROOM_DEAD_LETTER_QUEUE and DARKROOM_TABLE are needed"
            )
        return self.jobs


LEASE_MARGIN = timedelta(seconds=10)
"""Leases outlive the worker's own time by this much, so that no lease expires during work."""


class JobWorker(Struct, frozen=True, kw_only=True):
    """An invocation that runs jobs: its unique name and the adapters."""

    name: str
    services: Services
    jobs: JobServices
    context: ProcessingContext

    def lease_expires_at(self) -> datetime:
        """Return a time at which this worker has certainly stopped."""
        return (
            self.services.clock()
            + timedelta(seconds=max(0, self.context.remaining()))
            + LEASE_MARGIN
        )
