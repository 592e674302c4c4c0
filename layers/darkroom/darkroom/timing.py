"""Where the time of a request goes, by stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Adds up what each stage takes; stages of one name add to each other."""

    def __init__(self) -> None:
        """Begin at once."""
        self._began = perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        began = perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - began

    @property
    def total(self) -> float:
        """Seconds since the beginning."""
        return perf_counter() - self._began

    def server_timing(self) -> str:
        """Write the `Server-Timing` header, in milliseconds."""
        stages = {**self.seconds, "total": self.total}
        return ", ".join(f"{name};dur={1000 * spent:.1f}" for name, spent in stages.items())
