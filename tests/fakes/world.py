"""A world in memory: what the use cases reach, without AWS."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from darkroom.auth import AccessKey
from darkroom.buckets import Bucket
from darkroom.settings import Settings
from darkroom.usecases.world import World
from tests.fakes.objects import MemoryObjects

NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Keyring:
    """Access keys held in memory."""

    keys: Mapping[str, AccessKey] = field(default_factory=dict)

    @classmethod
    def of(cls, *keys: AccessKey) -> "Keyring":
        """Index the keys by their ids."""
        return cls(keys={key.id: key for key in keys})

    def find(self, key_id: str) -> AccessKey | None:
        """Look a key up."""
        return self.keys.get(key_id)


@dataclass(frozen=True, kw_only=True)
class MemoryBuckets:
    """The buckets that are served."""

    buckets: dict[str, Bucket] = field(default_factory=dict)

    def find(self, name: str) -> Bucket | None:
        """Look one up."""
        return self.buckets.get(name)


def world(
    *buckets: Bucket, objects: MemoryObjects | None = None, keys: Iterable[AccessKey] = ()
) -> World:
    """Build a world of these buckets, at `NOW`."""
    stored = objects or MemoryObjects()
    return World(
        settings=Settings(buckets={}),
        clock=lambda: NOW,
        credentials=Keyring.of(*keys),
        buckets=MemoryBuckets(buckets={bucket.name: bucket for bucket in buckets}),
        objects=stored,
        links=stored,
        writer=stored,
    )
