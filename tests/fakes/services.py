"""A world in memory: what the use cases reach, without AWS."""

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
    """Access keys held in memory."""

    keys: Mapping[str, AccessKey] = field(default_factory=dict)

    @classmethod
    def of(cls, *keys: AccessKey) -> "MemoryCredentials":
        """Index the keys by their ids."""
        return cls(keys={key.id: key for key in keys})

    def find(self, key_id: str) -> AccessKey | None:
        """Look a key up."""
        return self.keys.get(key_id)


class MemoryOriginVerifier:
    """A front known by these words."""

    def __init__(self, *words: str) -> None:
        """Take the words that hold."""
        self.words = words

    def verify(self, token: str) -> bool:
        """Tell whether it is one of them."""
        return token in self.words


def memory_services(
    *buckets: Bucket,
    objects: MemoryObjects | None = None,
    styles: MemoryStyles | None = None,
    keys: Iterable[AccessKey] = (),
    jobs: JobServices | None = None,
    results: ResultStorage | None = None,
    result_cache_min_seconds: float = 0,
) -> Services:
    """Build a world of these buckets, at `NOW`; it keeps results where it is given a place."""
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
