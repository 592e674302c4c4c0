"""Buckets and their styles in memory, never older than now."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from darkroom.buckets import Bucket, Styles


@dataclass(frozen=True, kw_only=True)
class MemoryBuckets:
    """The buckets that are served."""

    buckets: dict[str, Bucket] = field(default_factory=dict)

    @classmethod
    def of(cls, *buckets: Bucket) -> Self:
        """Serve these."""
        return cls(buckets={bucket.name: bucket for bucket in buckets})

    def find(self, name: str) -> Bucket | None:
        """Look one up."""
        return self.buckets.get(name)

    def current(self, name: str) -> Bucket:
        """Give the settings."""
        return self.buckets[name]

    def save(self, bucket: Bucket) -> None:
        """Replace the settings."""
        self.buckets[bucket.name] = bucket


@dataclass(frozen=True, kw_only=True)
class MemoryStyles:
    """The styles of each bucket."""

    styles: dict[str, Styles] = field(default_factory=lambda: defaultdict(dict))

    def recent(self, bucket: str, _age: timedelta) -> Styles:
        """Give the styles."""
        return self.styles[bucket]

    def current(self, bucket: str) -> Styles:
        """Give the styles."""
        return self.styles[bucket]

    def update(self, bucket: str, change: Callable[[Styles], Styles]) -> None:
        """Change the styles, once more if they have been changed meanwhile."""
        before = None
        while self.styles[bucket] is not before:
            before = self.styles[bucket]
            after = change(before)
        self.styles[bucket] = after
