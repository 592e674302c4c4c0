"""How old a value is that is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from darkroom.aws.cache import TimedCache

HALF_A_MINUTE = timedelta(seconds=30)


@dataclass
class Slow:
    """A source that takes its time, and the clock that goes on meanwhile."""

    now: datetime = datetime(2026, 9, 1, 12, tzinfo=UTC)
    loads: int = 0

    def clock(self) -> datetime:
        """Tell the time."""
        return self.now

    def load(self, _: str, /) -> int:
        """Give what held at the beginning."""
        self.loads += 1
        self.now += timedelta(seconds=20)
        return self.loads


def test_its_age_counts_from_before_it_was_read() -> None:
    """A value may change while it is read, so its age counts from the start of the read."""
    source = Slow()
    recent = TimedCache(load=source.load, clock=source.clock)
    assert recent.get("key", HALF_A_MINUTE) == 1
    source.now += timedelta(seconds=10)
    assert recent.get("key", HALF_A_MINUTE) == 1
    source.now += timedelta(seconds=1)
    assert recent.get("key", HALF_A_MINUTE) == 2
