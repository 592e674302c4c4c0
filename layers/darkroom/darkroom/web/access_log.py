"""What is told of a request when it is over: to the log, to metrics and to its trace."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from darkroom.errors import OssError
from darkroom.imaging.operations import OPERATIONS
from darkroom.telemetry.log_context import Journal
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.result_storage import FromStore
from darkroom.web.handlers.async_process import ASYNC_PROCESS
from darkroom.web.handlers.objects import PROCESS
from darkroom.web.http import Request, Response

OTHER = "other"
ASYNC = "async"

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})


def kind_of(request: Request) -> str:
    """Name the first action of a process, else the method in lower case.

    Whatever is sent, the words are from a short list: each is a metric of its own.
    """
    try:
        query = request.query
    except OssError:
        return OTHER
    if ASYNC_PROCESS in query:
        return ASYNC
    process = query.get(PROCESS)
    if process is None:
        return request.method.lower() if request.method in METHODS else OTHER
    if not process:
        return "saveas"
    return _action(process)


def _action(process: str) -> str:
    family, _, actions = process.partition("/")
    if family == "style":
        return family
    name = actions.partition("/")[0].partition(",")[0]
    return name if name in OPERATIONS else OTHER


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
