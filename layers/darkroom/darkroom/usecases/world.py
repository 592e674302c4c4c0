"""Everything outside that the use cases reach, gathered in one place."""

from dataclasses import dataclass, field

from darkroom.auth import Credentials
from darkroom.limits import Limits
from darkroom.ports import (
    BucketStore,
    Clock,
    Front,
    LinkMaker,
    ObjectReader,
    ObjectWriter,
    ResultStore,
    StyleStore,
)
from darkroom.ports.listing import ObjectLister
from darkroom.ports.uploads import Uploads
from darkroom.settings import Settings
from darkroom.usecases.results import Keeping
from darkroom.usecases.workshop import Workshop


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
