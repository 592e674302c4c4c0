"""What is told of a request when it is over."""

import pytest

from darkroom.errors import Code, OssError
from darkroom.telemetry.logs import LogContext
from darkroom.telemetry.stopwatch import Stopwatch
from darkroom.web.access_log import RequestRecord
from darkroom.web.http import Request, Response
from darkroom.web.responses import error_response


def account(request: Request, response: Response) -> RequestRecord:
    """Close the account of a request."""
    return RequestRecord(
        request=request, response=response, stopwatch=Stopwatch(), log_context=LogContext()
    )


def refusal(code: Code) -> Response:
    """Refuse a request."""
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
def test_the_outcome_says_whose_fault_it_is(code: Code | None, outcome: str) -> None:
    """The outcome follows from the error code: a 501 is a refusal, not a server failure."""
    told = account(GET, refusal(code) if code else Response(status=200))
    assert told.dimensions == {"operation": "get", "outcome": outcome}


def test_only_a_job_that_was_accepted_counts_as_one() -> None:
    """With the bytes that came and went."""
    accepted = {name: value for name, _, value in account(POST, Response(status=200)).metrics()}
    assert (accepted["JobsAccepted"], accepted["BytesIn"]) == (1, len(POST.body))
    denied = {name for name, _, _ in account(POST, refusal(Code.ACCESS_DENIED)).metrics()}
    asked = {name for name, _, _ in account(GET, Response(status=200)).metrics()}
    assert denied == {"Requests", "Latency"}
    assert "JobsAccepted" not in asked


def test_a_trace_is_found_by_words_and_numbers() -> None:
    """X-Ray knows no lists to search by."""
    told = account(GET, Response(status=304))
    told.log_context.bind(bucket="demo", operations=["resize"], source_bytes=7)
    assert told.annotations() == {
        "operation": "get",
        "outcome": "ok",
        "status": 304,
        "bucket": "demo",
        "source_bytes": 7,
    }
    assert told.log_fields()["operations"] == ["resize"]
