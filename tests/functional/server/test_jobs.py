"""Jobs that the server's processes run themselves, on the semantics of the queue."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import boto3
import pytest
from msgspec.structs import replace

from darkroom.server.asgi import Application
from darkroom.server.jobs import JobPoller
from darkroom.server.pictures import PictureGate
from darkroom.settings import SettingsError
from darkroom.usecases import services
from darkroom.usecases.jobs.messages import MIN_SECONDS_TO_START
from tests.conftest import Data
from tests.functional.conftest import Ask, environ

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def sqs(variables: Mapping[str, str]) -> "SQSClient":
    """Connect to the queue."""
    with environ(variables):
        return boto3.client("sqs")


@pytest.fixture(scope="module", autouse=True)
def _picture(s3: "S3Client", sample: Data) -> None:
    s3.put_object(Bucket="demo", Key="jobs/a.jpg", Body=sample("example.jpg"))


@pytest.fixture
def poller(application: Application) -> JobPoller:
    """Return a poller with one thread."""
    return JobPoller.of(application.services, application.gate, wait=0)


@pytest.fixture(scope="module", autouse=True)
def _empty_queue(sqs: "SQSClient", variables: Mapping[str, str]) -> None:
    url = variables["DARKROOM_JOBS_QUEUE"]
    while messages := sqs.receive_message(QueueUrl=url).get("Messages"):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])


def submitted(ask: Ask, target: str) -> str:
    """Send a job and return the id of its task."""
    name = base64.urlsafe_b64encode(target.encode()).decode().rstrip("=")
    body = f"x-oss-async-process=image/resize,w_30|sys/saveas,o_{name}".encode()
    query = (("x-oss-async-process", ""),)
    reply = ask("POST", "demo", "jobs/a.jpg", by="owner", query=query, body=body)
    assert reply.status == 200, reply.body
    return str(json.loads(reply.body)["TaskId"])


def state_of(ask: Ask, task: str) -> str:
    """Return the state of a task."""
    query = (("x-oss-async-process", ""), ("taskId", task))
    reply = ask("GET", "demo", "jobs/a.jpg", by="owner", query=query)
    return str(json.loads(reply.body)["Status"])


def in_flight(sqs: "SQSClient", variables: Mapping[str, str]) -> tuple[int, int]:
    """Return the numbers of waiting messages and of those that a worker has received."""
    found = sqs.get_queue_attributes(
        QueueUrl=variables["DARKROOM_JOBS_QUEUE"],
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return (
        int(found["ApproximateNumberOfMessages"]),
        int(found["ApproximateNumberOfMessagesNotVisible"]),
    )


def until(condition: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for a condition."""
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end
        sleep(0.05)


def test_a_job_is_done_and_its_message_deleted(
    poller: JobPoller, ask_server: Ask, sqs: "SQSClient", variables: Mapping[str, str]
) -> None:
    """Submitted to the server, it is done by the poller."""
    task = submitted(ask_server, "jobs/done.jpg")
    assert in_flight(sqs, variables) == (1, 0)
    assert poller.once()
    assert in_flight(sqs, variables) == (0, 0)
    assert state_of(ask_server, task) == "Succeeded"
    assert ask_server("HEAD", "demo", "jobs/done.jpg").status == 200
    assert not poller.once()


class Killed(BaseException):
    """Ends a worker in the middle of a job."""


class KillingGate(PictureGate):
    """Kills the worker when it begins to decode."""

    @contextmanager
    def pixels(self, size: int, remaining: Callable[[], float]) -> Iterator[None]:
        """Do not go on."""
        del size, remaining
        raise Killed
        yield


def test_the_job_of_a_worker_that_was_killed_is_done_by_another(
    application: Application,
    ask_server: Ask,
    sqs: "SQSClient",
    variables: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its message stays in the queue, and is delivered again when its time is over."""
    monkeypatch.setattr(services, "LEASE_MARGIN", timedelta(0))
    poller = JobPoller.of(application.services, application.gate, wait=0)
    task = submitted(ask_server, "jobs/killed.jpg")
    killed = JobPoller.of(application.services, KillingGate(pictures=1, waiting=0), wait=0)
    killed.seconds, killed.visibility = MIN_SECONDS_TO_START + 1, 7
    with pytest.raises(Killed):
        killed.once()
    assert in_flight(sqs, variables) == (0, 1)
    assert state_of(ask_server, task) == "Running"
    until(lambda: in_flight(sqs, variables) == (1, 0))
    assert poller.once()
    assert state_of(ask_server, task) == "Succeeded"
    assert in_flight(sqs, variables) == (0, 0)


def test_the_message_outlasts_the_lease(poller: JobPoller) -> None:
    """A second delivery finds the lease of a killed worker expired."""
    assert poller.visibility > poller.seconds + services.LEASE_MARGIN.total_seconds()


def test_a_deployment_without_a_queue_cannot_work(application: Application) -> None:
    """The variables are named."""
    without = replace(application.services, jobs=None)
    with pytest.raises(SettingsError, match="DARKROOM_JOBS_QUEUE"):
        JobPoller.of(without, application.gate, wait=0)


def test_the_worker_ends_after_its_job(
    variables: Mapping[str, str], ask_server: Ask, sqs: "SQSClient"
) -> None:
    """`darkroom work` polls until a stop signal, and leaves nothing in flight."""
    environment = {**variables, "PYTHONPATH": str(ROOT / "layers/darkroom")}
    command = [sys.executable, "-m", "darkroom", "work"]
    task = submitted(ask_server, "jobs/process.jpg")
    with subprocess.Popen(
        command, env={"PATH": os.environ["PATH"], **environment}, stderr=subprocess.PIPE
    ) as process:
        until(lambda: state_of(ask_server, task) == "Succeeded")
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 0
    assert in_flight(sqs, variables) == (0, 0)
    messages = [json.loads(line)["message"] for line in output.splitlines()]
    assert messages[-2:] == ["ready", "message done"]
