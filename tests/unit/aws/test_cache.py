"""The age of a cached value."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from darkroom.aws.cache import TimedCache

HALF_A_MINUTE = timedelta(seconds=30)


@dataclass
class SlowSource:
    """A source that needs 20 seconds to load, and the clock."""

    now: datetime = datetime(2026, 9, 1, 12, tzinfo=UTC)
    loads: int = 0

    def clock(self) -> datetime:
        """Return the current time."""
        return self.now

    def load(self, _: str, /) -> int:
        """Return the number of loads so far; the clock advances by 20 seconds."""
        self.loads += 1
        self.now += timedelta(seconds=20)
        return self.loads


def test_the_age_of_a_value_starts_before_its_load() -> None:
    """A value may change during its load, so its age starts before it."""
    source = SlowSource()
    recent = TimedCache(load=source.load, clock=source.clock)
    assert recent.get("key", HALF_A_MINUTE) == 1
    source.now += timedelta(seconds=10)
    assert recent.get("key", HALF_A_MINUTE) == 1
    source.now += timedelta(seconds=1)
    assert recent.get("key", HALF_A_MINUTE) == 2
