"""More requests than the server has room for, its metrics, and its log."""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from darkroom.auth import SignedRequest
from darkroom.server.asgi import Application
from darkroom.server.log_lines import JsonLines
from tests.conftest import Data
from tests.functional.conftest import Ask
from tests.functional.server.asgi_client import Connection, scope_of

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

RESIZE = (("x-oss-process", "image/resize,w_50"),)


@pytest.fixture(scope="module", autouse=True)
def _picture(s3: "S3Client", sample: Data) -> None:
    s3.put_object(Bucket="demo", Key="load/a.jpg", Body=sample("example.jpg"))


@pytest.fixture
def full(application: Application) -> Iterator[None]:
    """Let as many pictures be at work as may be, and as many wait."""
    with ExitStack() as held:
        for _ in range(application.options.pictures):
            held.enter_context(application.gate.slot(lambda: 5.0))
        application.gate.in_queue += application.options.waiting
        yield
        application.gate.in_queue -= application.options.waiting


def managed(app: Application, path: str) -> tuple[int, str]:
    """Return what the management port answers."""
    scope = {**scope_of(SignedRequest(method="GET")), "path": path}
    scope["server"] = ("127.0.0.1", app.options.management_port)
    connection = Connection(chunks=[b""])
    asyncio.run(app(scope, connection.receive, connection.send))
    reply = connection.reply()
    return reply.status, reply.body.decode()


def numbers(app: Application) -> dict[tuple[str, str, str], float]:
    """Return the samples by name, operation and outcome."""
    status, text = managed(app, "/metrics")
    assert status == 200
    return {
        (sample.name, sample.labels.get("operation", ""), sample.labels.get("outcome", "")): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.usefixtures("full")
def test_pictures_beyond_the_queue_are_refused_and_objects_are_not(ask_server: Ask) -> None:
    """The client reads when to try again."""
    refused = ask_server("GET", "demo", "load/a.jpg", query=RESIZE)
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert "<Code>ServiceUnavailable</Code>" in refused.body.decode()
    assert ask_server("GET", "demo", "load/a.jpg").status == 200
    assert ask_server("HEAD", "demo", "load/a.jpg").status == 200


def test_a_waiting_picture_is_processed(application: Application, ask_server: Ask) -> None:
    """After the tests before, nothing is left at work."""
    assert (application.gate.at_work, application.gate.in_queue) == (0, 0)
    assert ask_server("GET", "demo", "load/a.jpg", query=RESIZE).status == 200


def test_requests_beyond_the_limit_are_refused(
    application: Application, ask_server: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read for them."""
    monkeypatch.setattr(application, "open_requests", application.options.requests)
    refused = ask_server("GET", "demo", "load/a.jpg")
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")


def test_health_and_readiness(application: Application) -> None:
    """On the management port only; nothing else is there."""
    assert managed(application, "/health") == (200, "ok\n")
    assert managed(application, "/ready") == (200, "ok\n")
    assert managed(application, "/demo/load/a.jpg")[0] == 404


def test_metrics_count_requests(application: Application, ask_server: Ask) -> None:
    """With the dimensions of CloudWatch's metrics."""
    ask_server("GET", "demo", "load/a.jpg", query=RESIZE)
    before = numbers(application)
    ask_server("GET", "demo", "load/a.jpg", query=RESIZE)
    ask_server("GET", "demo", "load/none", query=RESIZE)
    after = numbers(application)
    for name, outcome, growth in (
        ("darkroom_requests_total", "ok", 1),
        ("darkroom_latency_seconds_count", "ok", 1),
        ("darkroom_requests_total", "refused", 1),
    ):
        counted = (name, "resize", outcome)
        assert after[counted] - before.get(counted, 0) == growth, counted
    assert after["darkroom_bytes_out_total", "resize", "ok"] > 1000
    assert after["darkroom_open_requests", "", ""] == 0


def test_a_request_is_a_line_of_the_log(ask_server: Ask) -> None:
    """With the fields of the function's line, and the bytes that were streamed."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("darkroom.server.asgi")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        reply = ask_server("GET", "demo", "load/a.jpg")
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(handler)
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert line["message"] == "request"
    assert line["request_id"] == reply.headers["x-oss-request-id"]
    assert (line["method"], line["status"], line["bucket"]) == ("GET", 200, "demo")
    assert (line["operation"], line["outcome"]) == ("get", "ok")
    assert line["bytes_out"] == len(reply.body) > 1000
    assert line["stage_seconds"].keys() >= {"store", "deliver", "total"}
