"""Values that may be a little old, so that warm requests ask for nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from darkroom.ports import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TimedCache[K, V]:
    """What `load` gave, kept by its key."""

    load: Callable[[K], V]
    clock: Clock
    """Of the wall: a frozen function's own clock may stand still."""
    entries: dict[K, tuple[datetime, V]] = field(default_factory=dict)

    def get(self, key: K, age: timedelta) -> V:
        """Give the value as it was at most `age` ago; load it if it is older than that."""
        known = self.entries.get(key)
        if known and timedelta() <= self.clock() - known[0] <= age:
            log.debug("cache hit", extra={"of": self.load.__qualname__})
            return known[1]
        return self.refresh(key)

    def refresh(self, key: K) -> V:
        """Load the value now."""
        # Its age counts from before it was read: never too young.
        now = self.clock()
        value = self.load(key)
        self.entries[key] = now, value
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value that is known to be the present one."""
        self.entries[key] = self.clock(), value
