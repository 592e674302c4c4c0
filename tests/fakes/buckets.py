"""Buckets and styles in memory, without a cache."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from darkroom.buckets import Bucket, Styles


@dataclass(frozen=True, kw_only=True)
class MemoryBuckets:
    """Buckets by name."""

    buckets: dict[str, Bucket] = field(default_factory=dict)

    @classmethod
    def of(cls, *buckets: Bucket) -> Self:
        """Return a store of these buckets."""
        return cls(buckets={bucket.name: bucket for bucket in buckets})

    def find(self, name: str) -> Bucket | None:
        """Return a bucket, or None."""
        return self.buckets.get(name)

    def current(self, name: str) -> Bucket:
        """Return the settings."""
        return self.buckets[name]

    def save(self, bucket: Bucket) -> None:
        """Replace the settings."""
        self.buckets[bucket.name] = bucket


@dataclass(frozen=True, kw_only=True)
class MemoryStyles:
    """Styles by bucket."""

    styles: dict[str, Styles] = field(default_factory=lambda: defaultdict(dict))

    def recent(self, bucket: str, _age: timedelta) -> Styles:
        """Return the styles."""
        return self.styles[bucket]

    def current(self, bucket: str) -> Styles:
        """Return the styles."""
        return self.styles[bucket]

    def update(self, bucket: str, change: Callable[[Styles], Styles]) -> None:
        """Apply a change; apply it again if the styles changed meanwhile."""
        before = None
        while self.styles[bucket] is not before:
            before = self.styles[bucket]
            after = change(before)
        self.styles[bucket] = after
