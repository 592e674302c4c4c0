"""Where the time of a request goes, by stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Adds up what each stage takes; the time of one inside another counts as its own only.

    Frames are decoded when the encoder asks for them: stages do lie inside each other.
    """

    def __init__(self) -> None:
        """Begin at once."""
        self._began = self._since = perf_counter()
        self._open: list[str] = []
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        self._credit()
        self._open.append(name)
        try:
            yield
        finally:
            self._credit()
            self._open.pop()

    def _credit(self) -> None:
        """Give the time since the last change of stage to the innermost one."""
        now = perf_counter()
        if self._open:
            stage = self._open[-1]
            self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    @property
    def total(self) -> float:
        """Seconds since the beginning."""
        return perf_counter() - self._began

    def server_timing(self) -> str:
        """Write the `Server-Timing` header, in milliseconds."""
        stages = {**self.seconds, "total": self.total}
        return ", ".join(f"{name};dur={1000 * spent:.1f}" for name, spent in stages.items())
