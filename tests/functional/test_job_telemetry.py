"""What a message of the queue leaves behind: a line, a trace, and details if asked."""

import importlib
import json
import uuid
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from darkroom.aws import xray
from darkroom.jobs import Job, Target
from tests.fakes.services import NOW
from tests.functional.conftest import LambdaContext
from tests.functional.test_telemetry import PICTURE, TEXT, Lines, examples, lines
from tests.xray_daemon import SAMPLED, daemon

__all__ = ["examples", "lines"]


@pytest.fixture(scope="module")
def persist(app: ModuleType) -> ModuleType:  # noqa: ARG001 - the same environment
    """Import the persist function, whose log is the same in this process."""
    return importlib.import_module("functions.persist.app")


def message(job: Job) -> dict[str, Any]:
    """Deliver a job for the first time."""
    attributes = {"ApproximateReceiveCount": "1"}
    record = {"messageId": "m-1", "receiptHandle": "r", "body": job.to_json()}
    return {"Records": [{**record, "attributes": attributes}]}


def job(key: str, *processes: str) -> Job:
    """Promise results of a picture of the public bucket."""
    name = str(uuid.uuid4())
    targets = tuple(
        Target(process=process, bucket="demo", key=f"watched/{name}-{number}.jpg")
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


def test_a_job_leaves_one_line(persist: ModuleType, lines: Lines) -> None:
    """With what each of its targets has become."""
    process = f"image/watermark,text_{TEXT}/format,png"
    promised = job("watched/a.jpg", "image/resize,w_30", process)
    persist.handler(message(promised), LambdaContext())
    (line,) = lines("message done")
    assert (line["message_id"], line["receive_count"], line["bucket"]) == ("m-1", 1, "demo")
    assert line["source_bytes"] == len(PICTURE)
    assert [target["operations"] for target in line["targets"]] == [
        ["resize"],
        ["watermark", "format"],
    ]
    assert all(target["result_bytes"] > 0 for target in line["targets"])
    assert {target["task"] for target in line["targets"]} == {promised.task_id}
    assert line["tasks"] == {promised.task_id: "Succeeded"}
    assert {"store", "decode", "pixels", "encode", "total"} <= line["stage_seconds"].keys()
    assert TEXT not in json.dumps(line)


def test_a_job_that_fails_says_why_in_one_word(
    persist: ModuleType, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of an error may be the caller's own: they are in its task alone."""
    with daemon() as played:
        variables = {xray.DAEMON: played.address, xray.TRACE: SAMPLED}
        monkeypatch.setattr(persist, "traces", xray.XRayTraces(environ=variables))
        batch = [message(job("watched/none.jpg", "image/resize,w_9"))["Records"][0]]
        batch += message(job("watched/a.jpg", "image/resize,w_9"))["Records"]
        persist.handler({"Records": batch}, LambdaContext())
        missing, done = played.heard()
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
    assert [part["name"] for part in done["subsegments"]] == ["store", "encode"]
    assert not {"error", "fault"} & done.keys()


def test_what_is_no_job_is_buried_without_being_quoted(persist: ModuleType, lines: Lines) -> None:
    """Somebody else's message is somebody else's."""
    record = message(job("watched/a.jpg", "image/info"))["Records"][0]
    persist.handler({"Records": [{**record, "body": '{"private": "words"}'}]}, LambdaContext())
    (line,) = lines("dead-lettered")
    assert line["code"] == "InvalidMessage"
    assert "private" not in json.dumps(line)
    assert "words" not in json.dumps(line)


def test_details_of_a_job(
    persist: ModuleType, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the same switch, decided for each message."""
    usual = persist.sampling
    monkeypatch.setattr(persist, "sampling", replace(usual, rate=1.0))
    persist.handler(message(job("watched/a.jpg", "image/resize,w_9")), LambdaContext())
    usual.choose_level()
    (planned,) = lines("plan")
    assert (planned["message_id"], planned["reduced_by"]) == ("m-1", 8)
    services = {exchange["store"] for exchange in lines("aws call")}
    assert services >= {"s3", "dynamodb"}
