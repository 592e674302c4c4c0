"""Where the time of a request goes, by stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Adds up what each stage takes; stages of one name add to each other.

    What runs in a stage within another counts for the inner one alone.
    """

    def __init__(self) -> None:
        """Begin at once."""
        self._began = perf_counter()
        self._within = 0.0
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        began, outside = perf_counter(), self._within
        self._within = 0.0
        try:
            yield
        finally:
            spent = perf_counter() - began
            self.seconds[name] = self.seconds.get(name, 0.0) + spent - self._within
            self._within = outside + spent

    @property
    def total(self) -> float:
        """Seconds since the beginning."""
        return perf_counter() - self._began

    def server_timing(self) -> str:
        """Write the `Server-Timing` header, in milliseconds."""
        stages = {**self.seconds, "total": self.total}
        return ", ".join(f"{name};dur={1000 * spent:.1f}" for name, spent in stages.items())
