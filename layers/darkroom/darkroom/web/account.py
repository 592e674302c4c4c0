"""What is told of a request when it is over: to the log, to metrics and to its trace."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from darkroom.journal import Journal
from darkroom.timing import Stopwatch
from darkroom.usecases.results import FromStore
from darkroom.web.kinds import ASYNC, kind_of
from darkroom.web.messages import Request, Response

type Figure = tuple[str, str, float]
"""Name, unit and value, in CloudWatch's words."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A request that has been answered: names and numbers of it, never what a caller wrote."""

    request: Request
    response: Response
    watch: Stopwatch
    journal: Journal

    @cached_property
    def operation(self) -> str:
        """What kind of request it was."""
        return kind_of(self.request)

    @property
    def outcome(self) -> str:
        """Tell a failure of ours from a refusal that is none."""
        if self.response.failure is None:
            return "ok"
        return "failed" if self.response.failure.ours else "refused"

    @property
    def dimensions(self) -> dict[str, str]:
        """By which its figures are told apart: few words each, since each pair costs."""
        return {"operation": self.operation, "outcome": self.outcome}

    def line(self) -> dict[str, object]:
        """Give its line in the log."""
        return {
            "method": self.request.method,
            **self.dimensions,
            "status": self.response.status,
            "code": self.response.failure and self.response.failure.name,
            "result_cache": self.response.from_store,
            **self.journal.facts,
            "bytes_in": len(self.request.body),
            "bytes_out": self.sent,
            "stage_seconds": self.watch.rounded(),
        }

    def annotations(self) -> dict[str, str | int]:
        """Give what its trace can be found by."""
        failure = self.response.failure
        code = {"code": failure.name} if failure else {}
        status = {"status": self.response.status}
        return {**self.dimensions, **status, **self.journal.single, **code}

    @property
    def sent(self) -> int:
        """Bytes of the reply's body."""
        return len(self.response.body) if isinstance(self.response.body, bytes) else 0

    def figures(self) -> Iterator[Figure]:
        """Give its metrics; the bytes of a refusal tell nothing."""
        yield "Requests", "Count", 1
        yield "Latency", "Milliseconds", 1000 * self.watch.total
        if self.response.trouble is not None:
            yield "ResultCacheFailures", "Count", 1
        if self.response.failure is not None:
            return
        yield "BytesIn", "Bytes", len(self.request.body)
        yield "BytesOut", "Bytes", self.sent
        if self.response.from_store is not FromStore.OFF:
            yield "ResultCacheHits", "Count", int(self.response.from_store is FromStore.HIT)
        if self._accepts_job():
            yield "JobsAccepted", "Count", 1

    def _accepts_job(self) -> bool:
        posted = self.request.method == "POST" and self.response.status == HTTPStatus.OK
        return posted and self.operation == ASYNC
