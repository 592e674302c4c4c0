"""A world in memory: what the use cases reach, without AWS."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from darkroom.auth import AccessKey
from darkroom.buckets import Bucket
from darkroom.ports import ResultStore
from darkroom.settings import Settings
from darkroom.usecases.result_storage import Keeping
from darkroom.usecases.services import Workshop, World
from tests.fakes.buckets import MemoryBuckets, MemoryStyles
from tests.fakes.listing import MemoryLister
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


class Gate:
    """A front known by these words."""

    def __init__(self, *words: str) -> None:
        """Take the words that hold."""
        self.words = words

    def accepts(self, word: str) -> bool:
        """Tell whether it is one of them."""
        return word in self.words


def world(
    *buckets: Bucket,
    objects: MemoryObjects | None = None,
    styles: MemoryStyles | None = None,
    keys: Iterable[AccessKey] = (),
    workshop: Workshop | None = None,
    results: ResultStore | None = None,
    keep_from: float = 0,
) -> World:
    """Build a world of these buckets, at `NOW`; it keeps results where it is given a place."""
    stored = objects or MemoryObjects()
    return World(
        settings=Settings(buckets={}),
        clock=lambda: NOW,
        credentials=Keyring.of(*keys),
        buckets=MemoryBuckets.of(*buckets),
        styles=styles or MemoryStyles(),
        objects=stored,
        links=stored,
        writer=stored,
        lister=MemoryLister(stored=stored.stored),
        workshop=workshop,
        results=results,
        keeping=Keeping(results=results, sources=stored, least=keep_from) if results else None,
    )
