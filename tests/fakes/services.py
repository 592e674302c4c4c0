"""Services of the use cases in memory, without AWS."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from darkroom.auth import AccessKey
from darkroom.buckets import Bucket
from darkroom.ports.results import ResultStorage
from darkroom.settings import Settings
from darkroom.usecases.result_storage import ResultCache
from darkroom.usecases.services import JobServices, Services
from tests.fakes.buckets import MemoryBuckets, MemoryStyles
from tests.fakes.listing import MemoryLister
from tests.fakes.objects import MemoryObjects

NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MemoryCredentials:
    """Access keys in memory."""

    keys: Mapping[str, AccessKey] = field(default_factory=dict)

    @classmethod
    def of(cls, *keys: AccessKey) -> "MemoryCredentials":
        """Index the keys by their ids."""
        return cls(keys={key.id: key for key in keys})

    def find(self, key_id: str) -> AccessKey | None:
        """Return a key, or None."""
        return self.keys.get(key_id)


class MemoryOriginVerifier:
    """An origin verifier that accepts the given secrets."""

    def __init__(self, *secrets: str) -> None:
        """Set the accepted secrets."""
        self.secrets = secrets

    def verify(self, token: str) -> bool:
        """Return whether the token is an accepted secret."""
        return token in self.secrets


def memory_services(
    *buckets: Bucket,
    objects: MemoryObjects | None = None,
    styles: MemoryStyles | None = None,
    keys: Iterable[AccessKey] = (),
    jobs: JobServices | None = None,
    results: ResultStorage | None = None,
    result_cache_min_seconds: float = 0,
) -> Services:
    """Build services of these buckets, at `NOW`; without `results` there is no result cache."""
    stored = objects or MemoryObjects()
    return Services(
        settings=Settings(buckets={}),
        clock=lambda: NOW,
        credentials=MemoryCredentials.of(*keys),
        buckets=MemoryBuckets.of(*buckets),
        styles=styles or MemoryStyles(),
        objects=stored,
        presigner=stored,
        writer=stored,
        lister=MemoryLister(stored=stored.stored),
        jobs=jobs,
        results=results,
        result_cache=ResultCache(
            storage=results, objects=stored, min_seconds=result_cache_min_seconds
        )
        if results
        else None,
    )
