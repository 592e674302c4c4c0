"""The result cache: what identifies a result, and which results are cached (decision 091)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from darkroom import ENGINE
from darkroom.imaging.operation import Operation, Report
from darkroom.imaging.operations import canonical_process
from darkroom.ports.objects import ObjectInfo, ObjectReader
from darkroom.ports.results import ResultStorage


class CacheStatus(StrEnum):
    """Outcome of the result cache for a request."""

    BYPASS = "bypass"
    """The cache was not used."""
    HIT = "hit"
    MISS = "miss"


class ResultCache(Struct, frozen=True, kw_only=True):
    """The adapters of the result cache; each has a short timeout."""

    storage: ResultStorage
    objects: ObjectReader
    """Reads the current ETags of a source and of its watermarks."""
    min_seconds: float = 0
    """Minimum processing time of a result that is stored."""


def is_cacheable(operations: Sequence[Operation]) -> bool:
    """Return whether results of the process are cached: pictures are, reports are not."""
    return not any(isinstance(operation, Report) for operation in operations)


class ResultIdentity(Struct, frozen=True, kw_only=True):
    """Everything that a result depends on (decision 011)."""

    source: ObjectInfo
    """Its ETag also names the formats that the client accepts, where the result depends on them."""
    operations: Sequence[Operation]
    watermark_etags: Mapping[str, str]
    """ETags of the watermark objects, by key."""
    auto_orient: bool

    def key(self) -> str:
        """Return the result's key in the storage: a SHA-256 of these values and `ENGINE`."""
        parts = (
            *(self.source.bucket, self.source.key, self.source.etag),
            canonical_process(self.operations),
            sorted(self.watermark_etags.items()),
            *(self.auto_orient, ENGINE),
        )
        # JSON, because a key may contain any separator.
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
