"""The log line, metrics and trace annotations of a request."""

from collections.abc import Iterator
from functools import cached_property
from http import HTTPStatus

from msgspec import Struct

from darkroom.errors import OssError
from darkroom.imaging.operations import OPERATIONS
from darkroom.process.dialects import DIALECTS
from darkroom.process.grammar import first_action
from darkroom.telemetry.logs import LogContext
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.usecases.result_storage import CacheStatus
from darkroom.web.http import Request, Response
from darkroom.web.wire import QueryParameter

OTHER = "other"
ASYNC = "async"

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})


def operation_name(request: Request, parameter: str = QueryParameter.PROCESS) -> str:
    """Return the first action of the parameter's process, otherwise the method in lower case.

    The name is one of a short list for any input: CloudWatch bills each as a metric.
    """
    try:
        query = request.query
    except OssError:
        return OTHER
    if QueryParameter.ASYNC_PROCESS in query:
        return ASYNC
    process = query.get(parameter)
    if process is None:
        return request.method.lower() if request.method in METHODS else OTHER
    if not process:
        return "saveas"
    prefix = DIALECTS[parameter].prefix if parameter in DIALECTS else ""
    name = first_action(prefix + process)
    return name if name == "style" or name in OPERATIONS else OTHER


type Metric = tuple[str, str, float]
"""Name, unit and value."""


class RequestRecord(Struct, frozen=True, kw_only=True, dict=True):
    """An answered request for log, metrics and trace: no field repeats caller-supplied text."""

    request: Request
    response: Response
    stopwatch: Stopwatch
    log_context: LogContext
    bytes_sent: int | None = None
    """Bytes of a body that was streamed."""

    @cached_property
    def dimensions(self) -> dict[str, str]:
        """CloudWatch dimensions. Keep cardinality low: every combination is billed."""
        failure = self.response.failure
        parameter = str(self.log_context.fields.get("dialect", QueryParameter.PROCESS))
        outcome = "ok" if failure is None else "failed" if failure.is_server_error else "refused"
        return {
            "operation": operation_name(self.request, parameter),
            "outcome": outcome,
        }

    @cached_property
    def bytes_out(self) -> int:
        """Size of the reply's body."""
        if self.bytes_sent is not None:
            return self.bytes_sent
        return len(self.response.body) if isinstance(self.response.body, bytes) else 0

    def log_fields(self) -> dict[str, object]:
        """Return the fields of the request's log line."""
        return {
            "method": self.request.method,
            **self.dimensions,
            "status": self.response.status,
            "code": self.response.failure and self.response.failure.name,
            "result_cache": self.response.cache_status,
            **self.log_context.fields,
            "bytes_in": len(self.request.content),
            "bytes_out": self.bytes_out,
            "stage_seconds": {
                name: round(each, 4) for name, each in self.stopwatch.seconds.items()
            },
        }

    def annotations(self) -> dict[str, str | int]:
        """Return the annotations that its trace can be searched by."""
        failure = self.response.failure
        code = {"code": failure.name} if failure else {}
        status = {"status": self.response.status}
        return {**self.dimensions, **status, **self.log_context.scalars, **code}

    def metrics(self) -> Iterator[Metric]:
        """Yield its metrics; an error has no sizes."""
        response = self.response
        yield "Requests", "Count", 1
        yield "Latency", "Milliseconds", 1000 * self.stopwatch.total
        if response.store_error is not None:
            yield "ResultCacheFailures", "Count", 1
        if response.failure is not None:
            return
        yield "BytesIn", "Bytes", len(self.request.content)
        yield "BytesOut", "Bytes", self.bytes_out
        if response.cache_status is not CacheStatus.BYPASS:
            yield "ResultCacheHits", "Count", int(response.cache_status is CacheStatus.HIT)
        accepted = self.request.method == "POST" and response.status == HTTPStatus.OK
        if accepted and self.dimensions["operation"] == ASYNC:
            yield "JobsAccepted", "Count", 1
