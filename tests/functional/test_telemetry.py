"""Telemetry of a request: one log line, metrics, a trace, and details at DEBUG."""

import io
import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from msgspec.structs import replace

from darkroom.aws import xray
from darkroom.process.parameters import encode_base64
from local.demo import TABLE
from tests.functional.conftest import Get
from tests.pictures import photographic, stored
from tests.xray_daemon import PARENT, SAMPLED, TRACE_ID, Daemon, daemon

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PICTURE = stored(photographic((120, 80)), "JPEG")
TEXT = encode_base64("for her eyes only")

type Lines = Callable[[str], list[dict[str, Any]]]
"""Returns the logged lines with a message."""


@pytest.fixture(autouse=True)
def examples(s3: "S3Client") -> None:
    """Put a picture and a damaged one into the public bucket."""
    s3.put_object(Bucket="demo", Key="watched/a.jpg", Body=PICTURE)
    s3.put_object(Bucket="demo", Key="watched/cut.jpg", Body=PICTURE[:700])


@pytest.fixture
def lines(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Lines:
    """Capture the log, and return a function that reads it."""
    log = io.StringIO()
    monkeypatch.setattr(app.logger.registered_handler, "stream", log)

    def read(message: str) -> list[dict[str, Any]]:
        logged = [json.loads(line) for line in log.getvalue().splitlines()]
        return [line for line in logged if line["message"] == message]

    return read


@pytest.fixture
def xray_receiver(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """Receive X-Ray documents of a sampled request."""
    with daemon() as receiver:
        variables = {xray.DAEMON: receiver.address, xray.TRACE: SAMPLED}
        monkeypatch.setattr(app, "traces", xray.XRayTraces(environ=variables))
        yield receiver


def test_the_daily_invocation_is_no_request(
    app: ModuleType, lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    """An event of EventBridge's schedule writes no line and no metric."""
    assert app.handler({"source": "aws.events", "detail-type": "Scheduled Event"}, None) == {}
    assert lines("request") == []
    assert capsys.readouterr().out == ""


def test_a_request_logs_one_line(get: Get, lines: Lines) -> None:
    """A request logs one line, which quotes nothing that the caller wrote."""
    process = f"image/resize,w_30/watermark,text_{TEXT}/quality,q_80"
    reply = get("/demo/watched/a.jpg", f"x-oss-process={process}")
    (line,) = lines("request")
    assert line["request_id"] == reply.headers["x-oss-request-id"]
    assert line["operations"] == ["resize", "watermark", "quality"]
    assert line["source_bytes"] == len(PICTURE)
    assert line["result_bytes"] == line["bytes_out"] == len(reply.body)
    logged_fields = ("level", "method", "operation", "outcome", "status", "bucket")
    assert [line[name] for name in logged_fields] == ["INFO", "GET", "resize", "ok", 200, "demo"]
    assert "code" not in line
    stages = {"store", "decode", "pixels", "encode", "deliver", "total"}
    assert line["stage_seconds"].keys() == stages
    assert sum(line["stage_seconds"].values()) <= 2 * line["stage_seconds"]["total"]
    assert not {TEXT, "w_30", "a.jpg"} & set(json.dumps(line).replace('"', " ").split())


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/demo/watched/a.jpg?x-oss-process=image/resize,w_x", ("refused", 400, "InvalidArgument")),
        ("/demo/watched/none.jpg?", ("refused", 404, "NoSuchKey")),
        ("/closed/watched/a.jpg?", ("refused", 403, "AccessDenied")),
        ("/demo/watched/cut.jpg?x-oss-process=image/circle,r_9", ("refused", 400, "ImageDamage")),
        ("/demo/?stat", ("refused", 405, "MethodNotAllowed")),
        ("/broken/a.jpg?", ("failed", 503, "ServiceUnavailable")),
    ],
    ids=lambda value: value[2] if isinstance(value, tuple) else "",
)
def test_an_error_is_logged_with_its_outcome(
    target: str, expected: tuple[str, int, str], get: Get, lines: Lines
) -> None:
    """The line has outcome, status and code, and the times and bucket of any request."""
    broken = {"id": {"S": "bucket#broken"}, "settings": {"S": "{"}}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=broken)
    path, _, query = target.partition("?")
    reply = get(path, query)
    (line,) = lines("request")
    assert (line["outcome"], line["status"], line["code"]) == expected
    assert f"<Code>{line['code']}</Code>".encode() in reply.body
    assert line["bucket"] == path.split("/")[1]
    assert "total" in line["stage_seconds"]
    assert [failed["request_id"] for failed in lines("failed")] == (
        [line["request_id"]] if expected[0] == "failed" else []
    )


def test_every_answer_has_server_timing(get: Get) -> None:
    """Every answer has `Server-Timing` with stages and milliseconds."""
    for path, query in (
        ("/demo/watched/a.jpg", "x-oss-process=image/resize,w_9"),
        ("/demo/watched/a.jpg", ""),
        ("/demo/watched/none.jpg", ""),
        ("/demo/watched/cut.jpg", "x-oss-process=image/resize,w_9"),
        ("/%ff", ""),
    ):
        for method in ("GET", "HEAD", "OPTIONS", "PATCH"):
            timing = get(path, query, method=method).headers["server-timing"]
            stages = [entry.split(";dur=") for entry in timing.split(", ")]
            known = {"store", "decode", "pixels", "encode", "deliver", "total"}
            assert {name for name, _ in stages} <= known
            assert stages[-1][0] == "total"
            assert all(float(spent) >= 0 for _, spent in stages)


def metrics(printed: str) -> dict[str, Any]:
    """Return dimensions and metrics of the one line for CloudWatch; assert its format."""
    (line,) = [json.loads(line) for line in printed.splitlines() if "_aws" in line]
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Darkroom"
    (dimensions,) = directive["Dimensions"]
    assert sorted(dimensions) == ["operation", "outcome", "service"]
    assert all(isinstance(line[name], str) for name in dimensions)
    assert all(metric["Name"] in line for metric in directive["Metrics"])
    return {
        "dimensions": (line["operation"], line["outcome"]),
        "metrics": {metric["Name"] for metric in directive["Metrics"]},
    }


@pytest.mark.parametrize(
    ("path", "process", "outcome"),
    [
        ("/demo/watched/a.jpg", "image/resize,w_9", "ok"),
        ("/demo/watched/a.jpg", "image/resize,w_x", "refused"),
        ("/broken/a.jpg", "image/resize,w_9", "failed"),
    ],
    ids=["ok", "refused", "failed"],
)
def test_metrics_have_the_dimensions_operation_and_outcome(
    path: str, process: str, outcome: str, get: Get, capsys: pytest.CaptureFixture[str]
) -> None:
    """Metrics have the dimensions operation and outcome; byte counts are for `ok` only."""
    broken = {"id": {"S": "bucket#broken"}, "settings": {"S": "{"}}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=broken)
    get(path, f"x-oss-process={process}")
    byte_metrics = {"BytesIn", "BytesOut"} if outcome == "ok" else set()
    assert metrics(capsys.readouterr().out) == {
        "dimensions": ("resize", outcome),
        "metrics": {"Requests", "Latency"} | byte_metrics,
    }


def test_disabled_metrics_are_never_printed(
    get: Get, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even after a hundred requests, when Powertools prints what it has kept."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    for _ in range(120):
        get("/demo/watched/a.jpg", "x-oss-process=image/resize,w_0")
    assert "_aws" not in capsys.readouterr().out


def test_a_sampled_request_is_sent_to_the_daemon(get: Get, xray_receiver: Daemon) -> None:
    """A sampled request sends a subsegment with the fields of its log line and its stages."""
    reply = get("/demo/watched/a.jpg", f"x-oss-process=image/resize,w_30/watermark,text_{TEXT}")
    (document,) = xray_receiver.received()
    assert (document["trace_id"], document["parent_id"]) == (TRACE_ID, PARENT)
    expected = {
        "operation": "resize",
        "outcome": "ok",
        "status": 200,
        "bucket": "demo",
        "source_bytes": len(PICTURE),
        "result_bytes": len(reply.body),
        "request_id": reply.headers["x-oss-request-id"],
    }
    assert document["annotations"] == expected
    stages = [subsegment["name"] for subsegment in document["subsegments"]]
    assert stages == ["store", "decode", "encode", "deliver"]
    inner = [subsegment["name"] for subsegment in document["subsegments"][2]["subsegments"]]
    assert inner == ["decode", "pixels"]
    assert TEXT not in json.dumps(document)


def test_an_error_marks_its_subsegments(get: Get, xray_receiver: Daemon) -> None:
    """An error marks its stage, the stages around it and the request."""
    get("/demo/watched/cut.jpg", "x-oss-process=image/resize,w_9")
    get("/demo/watched/a.jpg", "x-oss-process=image/resize,w_9")
    damaged, fine = xray_receiver.received()
    (store, header, encode) = damaged["subsegments"]
    assert damaged["error"]
    assert encode["error"]
    assert encode["subsegments"][0]["error"]
    assert not {"error", "fault"} & (store.keys() | header.keys() | fine.keys())


def test_a_missing_daemon_fails_no_request(
    app: ModuleType, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request succeeds if no X-Ray daemon listens."""
    with daemon() as receiver:
        variables = {xray.DAEMON: receiver.address, xray.TRACE: SAMPLED}
    monkeypatch.setattr(app, "traces", xray.XRayTraces(environ=variables))
    for _ in range(2):
        assert get("/demo/watched/a.jpg", "x-oss-process=image/resize,w_9").status == 200


@pytest.fixture
def debug_logs(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Log every request at DEBUG until the end of the test."""
    usual = app.sampling
    monkeypatch.setattr(app, "sampling", replace(usual, rate=1.0))
    yield
    usual.choose_level()


@pytest.mark.usefixtures("debug_logs")
def test_details_of_a_picture(get: Get, lines: Lines) -> None:
    """At DEBUG, the log has the parsed process, the plan and the AWS calls under one request id."""
    reply = get("/demo/watched/a.jpg", f"x-oss-process=image/watermark,text_{TEXT}/format,webp")
    get("/demo/watched/a.jpg", "x-oss-process=image/resize,w_10")
    parsed, planned = lines("process parsed")[0], lines("plan")
    assert parsed["actions"] == "image/watermark,text_…/format,webp"
    assert parsed["level"] == "DEBUG"
    assert parsed["request_id"] == reply.headers["x-oss-request-id"]
    logged_fields = ("source_format", "source_size", "reduced_by", "result_format")
    assert [[plan[name] for name in logged_fields] for plan in planned] == [
        ["jpg", [120, 80], 1, "webp"],
        ["jpg", [120, 80], 8, "jpg"],
    ]
    aws_call = lines("aws call")[-1]
    call_fields = ("store", "action", "status", "retries", "bytes")
    assert [aws_call[name] for name in call_fields] == [
        "s3",
        "GetObject",
        200,
        0,
        str(len(PICTURE)),
    ]
    assert aws_call["milliseconds"] > 0
    assert lines("cache hit")


def test_no_details_without_sampling(get: Get, lines: Lines) -> None:
    """Without sampling, the log has no details."""
    get("/demo/watched/a.jpg", "x-oss-process=image/resize,w_10")
    assert len(lines("request")) == 1
    assert [lines(message) for message in ("process parsed", "plan", "aws call")] == [[], [], []]
