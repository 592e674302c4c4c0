"""Where the time of a request goes, by stage."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter, time

from darkroom.errors import Failure


@dataclass(slots=True, kw_only=True)
class Span:
    """A stage at one place among the others, however often it was entered there."""

    name: str
    began: float
    """Seconds of the stopwatch's clock: entered first."""
    ended: float
    """Left last, as far as it goes by now."""
    own: float = 0.0
    """Seconds in it, without those of the stages inside it."""
    times: int = 0
    failure: Failure | None = None
    """By which it was left the first time that it was by one."""
    inside: dict[str, "Span"] = field(default_factory=dict)

    def descendants(self) -> Iterator["Span"]:
        """Give the stages inside, each before those in it."""
        for span in self.inside.values():
            yield span
            yield from span.descendants()


class Stopwatch:
    """Adds up what each stage takes; the time of one inside another counts as its own only.

    Frames are decoded when the encoder asks for them: stages do lie inside each other.
    """

    def __init__(self) -> None:
        """Begin at once."""
        now = self._since = perf_counter()
        self._ahead = time() - now
        """Of the wall's clock before ours."""
        self.whole = Span(name="total", began=now, ended=now)
        self._open = [self.whole]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        span = self._enter(name)
        try:
            yield
        except Exception as error:
            if span.failure is None:
                span.failure = Failure.of(error)
            raise
        finally:
            self._credit()
            self._open.pop().ended = self._since

    def _enter(self, name: str) -> Span:
        self._credit()
        siblings = self._open[-1].inside
        if name not in siblings:
            siblings[name] = Span(name=name, began=self._since, ended=self._since)
        span = siblings[name]
        span.times += 1
        self._open.append(span)
        return span

    def _credit(self) -> None:
        """Give the time since the last change of stage to the innermost one."""
        now = perf_counter()
        self._open[-1].own += now - self._since
        self._since = now

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds in each stage, wherever it was entered."""
        sums: dict[str, float] = {}
        for span in self.whole.descendants():
            sums[span.name] = sums.get(span.name, 0.0) + span.own
        return sums

    @property
    def total(self) -> float:
        """Seconds since the beginning."""
        return perf_counter() - self.whole.began

    def rounded(self) -> dict[str, float]:
        """Give the seconds in each stage and in total, as a line in the log has them."""
        return {name: round(spent, 4) for name, spent in self._figures()}

    def epoch(self, moment: float) -> float:
        """Tell a moment of a span in seconds of the wall's clock."""
        return moment + self._ahead

    def server_timing(self) -> str:
        """Write the `Server-Timing` header, in milliseconds."""
        return ", ".join(f"{name};dur={1000 * spent:.1f}" for name, spent in self._figures())

    def _figures(self) -> Iterable[tuple[str, float]]:
        """Give the seconds in each stage, and then in total."""
        return {**self.seconds, "total": self.total}.items()
