"""Log line, metrics and annotations of a finished request."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.telemetry.logs import LogContext
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.web.access_log import RequestRecord
from darkroom.web.http import Request, Response
from darkroom.web.responses import error_response


def record(request: Request, response: Response) -> RequestRecord:
    """Return the record of a finished request."""
    return RequestRecord(
        request=request, response=response, stopwatch=Stopwatch(), log_context=LogContext()
    )


def refusal(code: Code) -> Response:
    """Return the error response of this code."""
    return error_response(OssError(code), request_id="0", host="api", head=False)


GET = Request(method="GET", raw_path="/demo/a.jpg")
POST = Request(
    method="POST", raw_path="/demo/a.jpg", raw_query="x-oss-async-process", body=b"a job"
)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (None, "ok"),
        (Code.NO_SUCH_KEY, "refused"),
        (Code.NOT_IMPLEMENTED, "refused"),
        (Code.SERVICE_UNAVAILABLE, "failed"),
    ],
    ids=["ok", "404", "501", "503"],
)
def test_the_outcome_follows_from_the_error_code(code: Code | None, outcome: str) -> None:
    """Client errors and 501 are `refused`; other server errors are `failed`."""
    finished = record(GET, refusal(code) if code else Response(status=200))
    assert finished.dimensions == {"operation": "get", "outcome": outcome}


def test_only_an_accepted_job_is_counted() -> None:
    """An accepted job counts as `JobsAccepted` with its bytes; a refused one does not."""
    accepted = {name: value for name, _, value in record(POST, Response(status=200)).metrics()}
    assert (accepted["JobsAccepted"], accepted["BytesIn"]) == (1, len(POST.body))
    denied = {name for name, _, _ in record(POST, refusal(Code.ACCESS_DENIED)).metrics()}
    read = {name for name, _, _ in record(GET, Response(status=200)).metrics()}
    assert denied == {"Requests", "Latency"}
    assert "JobsAccepted" not in read


def test_annotations_contain_only_scalars() -> None:
    """X-Ray annotations may not be lists, so `operations` is in the log line only."""
    finished = record(GET, Response(status=304))
    finished.log_context.bind(bucket="demo", operations=["resize"], source_bytes=7)
    assert finished.annotations() == {
        "operation": "get",
        "outcome": "ok",
        "status": 304,
        "bucket": "demo",
        "source_bytes": 7,
    }
    assert finished.log_fields()["operations"] == ["resize"]
