"""Telemetry of a queue message: one log line, a trace, and details at DEBUG."""

import importlib
import json
import uuid
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace

from darkroom.aws import xray
from darkroom.jobs import Job, JobTarget
from tests.fakes.services import NOW
from tests.functional.conftest import LambdaContext
from tests.functional.test_telemetry import PICTURE, TEXT, Lines, examples, lines
from tests.xray_daemon import SAMPLED, daemon

__all__ = ["examples", "lines"]


@pytest.fixture(scope="module")
def persist(app: ModuleType) -> ModuleType:  # noqa: ARG001 - the same environment
    """Import the persist function, whose log goes to the same stream."""
    return importlib.import_module("functions.persist.app")


def message(job: Job) -> dict[str, Any]:
    """Build the event of a job that is received for the first time."""
    attributes = {"ApproximateReceiveCount": "1"}
    record = {"messageId": "m-1", "receiptHandle": "r", "body": job.to_json()}
    return {"Records": [{**record, "attributes": attributes}]}


def job(key: str, *processes: str) -> Job:
    """Build a job for a picture of the public bucket."""
    name = str(uuid.uuid4())
    targets = tuple(
        JobTarget(process=process, bucket="demo", key=f"watched/{name}-{number}.jpg")
        for number, process in enumerate(processes)
    )
    return Job(
        task_id=f"Image-{name}",
        event_id=name,
        bucket="demo",
        key=key,
        targets=targets,
        accepted=NOW,
    )


def test_a_job_logs_one_line(persist: ModuleType, lines: Lines) -> None:
    """A job logs one line with the results of its targets, in the order that they were made in."""
    process = f"image/watermark,text_{TEXT}/format,png"
    queued = job("watched/a.jpg", "image/resize,w_30", process)
    persist.handler(message(queued), LambdaContext())
    (line,) = lines("message done")
    assert (line["message_id"], line["receive_count"], line["bucket"]) == ("m-1", 1, "demo")
    assert line["source_bytes"] == len(PICTURE)
    assert [target["operations"] for target in line["targets"]] == [
        ["watermark", "format"],
        ["resize"],
    ]
    assert all(target["result_bytes"] > 0 for target in line["targets"])
    assert {target["task"] for target in line["targets"]} == {queued.task_id}
    assert line["tasks"] == {queued.task_id: "Succeeded"}
    assert {"store", "decode", "pixels", "encode", "total"} <= line["stage_seconds"].keys()
    assert TEXT not in json.dumps(line)


def test_a_failed_job_logs_its_code(
    persist: ModuleType, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed job logs the error code, not the message, which may quote the caller."""
    with daemon() as receiver:
        variables = {xray.DAEMON: receiver.address, xray.TRACE: SAMPLED}
        monkeypatch.setattr(persist, "traces", xray.XRayTraces(environ=variables))
        batch = [message(job("watched/none.jpg", "image/resize,w_9"))["Records"][0]]
        batch += message(job("watched/a.jpg", "image/resize,w_9"))["Records"]
        persist.handler({"Records": batch}, LambdaContext())
        missing, done = receiver.received()
    failed, delivered = lines("message done")
    assert (failed["code"], failed["targets"]) == ("NoSuchKey", [])
    assert "none.jpg" not in json.dumps(failed)
    assert "code" not in delivered
    assert (missing["name"], missing["annotations"]) == (
        "message",
        {"outcome": "message done", "code": "NoSuchKey"},
    )
    assert missing["error"]
    assert missing["subsegments"][0]["error"]
    assert done["annotations"]["bucket"] == "demo"
    assert [subsegment["name"] for subsegment in done["subsegments"]] == [
        "store",
        "decode",
        "encode",
    ]
    assert not {"error", "fault"} & done.keys()


def test_an_invalid_message_is_dead_lettered_without_being_quoted(
    persist: ModuleType, lines: Lines
) -> None:
    """An invalid message is dead-lettered, and the log does not quote it."""
    record = message(job("watched/a.jpg", "image/info"))["Records"][0]
    persist.handler({"Records": [{**record, "body": '{"private": "words"}'}]}, LambdaContext())
    (line,) = lines("dead-lettered")
    assert line["code"] == "InvalidMessage"
    assert "private" not in json.dumps(line)
    assert "words" not in json.dumps(line)


def test_details_of_a_job(
    persist: ModuleType, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Details are logged per message by the same sampling."""
    usual = persist.sampling
    monkeypatch.setattr(persist, "sampling", replace(usual, rate=1.0))
    persist.handler(message(job("watched/a.jpg", "image/resize,w_9")), LambdaContext())
    usual.choose_level()
    (planned,) = lines("plan")
    assert (planned["message_id"], planned["reduced_by"]) == ("m-1", 8)
    services = {exchange["store"] for exchange in lines("aws call")}
    assert services >= {"s3", "dynamodb"}
