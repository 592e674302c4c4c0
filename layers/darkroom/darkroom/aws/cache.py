"""Cache of values that may be slightly old, so that warm requests call nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from darkroom.ports import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TimedCache[K, V]:
    """Results of `load` by key, each with the time of its reading."""

    load: Callable[[K], V]
    clock: Clock
    """Wall clock: the monotonic clock of a frozen function may stop."""
    entries: dict[K, tuple[datetime, V]] = field(default_factory=dict)

    def get(self, key: K, age: timedelta) -> V:
        """Return the value if it is at most `age` old, otherwise load it."""
        known = self.entries.get(key)
        if known and timedelta() <= self.clock() - known[0] <= age:
            log.debug("cache hit", extra={"of": self.load.__qualname__})
            return known[1]
        return self.refresh(key)

    def refresh(self, key: K) -> V:
        """Load the value and return it."""
        # The time before reading, so that a value is never older than its age.
        now = self.clock()
        value = self.load(key)
        self.entries[key] = now, value
        return value

    def put(self, key: K, value: V) -> None:
        """Store a value that is known to be current."""
        self.entries[key] = self.clock(), value
