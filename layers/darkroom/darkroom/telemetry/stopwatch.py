"""Time of a request by stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, time

from msgspec import Struct, field

from darkroom.errors import Failure


class Span(Struct, kw_only=True):
    """Aggregated span: one for each pair of parent and name."""

    name: str
    start: float
    """Seconds of `perf_counter` when first entered."""
    end: float
    """Seconds of `perf_counter` when last left."""
    self_seconds: float = 0.0
    """Seconds without those of the children."""
    count: int = 0
    failure: Failure | None = None
    """The first exception raised in it."""
    children: dict[str, "Span"] = field(default_factory=dict)


class Stopwatch:
    """Adds up the time of each stage; the time of a nested stage counts for that stage only.

    Stages nest, since frames are decoded when the encoder requests them.
    """

    def __init__(self) -> None:
        now = self._since = perf_counter()
        self._epoch_offset = time() - now
        """Seconds from `perf_counter` to the Unix epoch's clock."""
        self.root = Span(name="total", start=now, end=now)
        self._open_spans = [self.root]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the block as a stage, nested in the one that is open."""
        self._add_elapsed()
        siblings = self._open_spans[-1].children
        if name not in siblings:
            siblings[name] = Span(name=name, start=self._since, end=self._since)
        span = siblings[name]
        span.count += 1
        self._open_spans.append(span)
        try:
            yield
        except Exception as error:
            if span.failure is None:
                span.failure = Failure.of(error)
            raise
        finally:
            self._add_elapsed()
            self._open_spans.pop().end = self._since

    def _add_elapsed(self) -> None:
        """Add the time since the last change of stage to the innermost open stage."""
        now = perf_counter()
        self._open_spans[-1].self_seconds += now - self._since
        self._since = now

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds in each stage, summed over its parents, and then `total`."""
        sums: dict[str, float] = {}
        spans = list(self.root.children.values())
        for span in spans:
            sums[span.name] = sums.get(span.name, 0.0) + span.self_seconds
            spans += span.children.values()
        return {**sums, "total": self.total}

    @property
    def total(self) -> float:
        """Seconds since the stopwatch was created."""
        return perf_counter() - self.root.start

    def epoch(self, moment: float) -> float:
        """Return a reading of `perf_counter` as seconds since the epoch."""
        return moment + self._epoch_offset

    def server_timing(self) -> str:
        """Return the value of the `Server-Timing` header, in milliseconds."""
        return ", ".join(f"{name};dur={1000 * each:.1f}" for name, each in self.seconds.items())
