"""Messages through queue, poller and built function: done, dead-lettered or delivered again."""

import io
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from local.emulator import Pool, emulated
from local.poller import Poller
from local.sam_build import read_function, read_source
from tests.e2e.conftest import available
from tests.e2e.queue_harness import KEY, QueueHarness, set_up_queues
from tests.e2e.stores import BUCKET
from tests.faulty_proxy import FaultyProxy, ProxiedRequest, passes, refuses
from tests.functional.local.test_run import descendants

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

EVENTS = Path(__file__).parents[2] / "events"

SECONDS, VISIBILITY = 13, 19
"""Timeout and visibility timeout: the lease of a killed worker expires between them."""


@dataclass(frozen=True, kw_only=True)
class RunningFunction:
    """The function with its poller, queues and S3."""

    harness: QueueHarness
    poller: Poller
    pool: Pool
    proxy: FaultyProxy
    s3: "S3Client"

    def send(self, body: str) -> None:
        """Send a message to the queue."""
        self.harness.sqs.send_message(QueueUrl=self.poller.queue, MessageBody=body)

    def stored_size(self, key: str) -> tuple[int, int]:
        """Return the size of a stored picture."""
        body = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return Image.open(io.BytesIO(body)).size

    def message_count(self) -> int:
        """Return the number of messages in the queue, visible or not."""
        found = self.harness.sqs.get_queue_attributes(
            QueueUrl=self.poller.queue,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(int(count) for count in found["Attributes"].values())

    def poll_until_received(self, seconds: float) -> float:
        """Poll until a message is processed; return the seconds that passed."""
        began = monotonic()
        while not self.poller.once():
            assert monotonic() - began < seconds, "no message came"
        return monotonic() - began

    def put_count(self) -> int:
        """Return the number of PUT requests to S3."""
        return sum(line.startswith("PUT ") for line in self.proxy.requests)

    def log(self) -> list[Mapping[str, Any]]:
        """Return the function's log lines."""
        lines = self.pool.sandboxes[0].log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


type Run = Callable[..., AbstractContextManager[RunningFunction]]


@pytest.fixture
def run(build: Path, store: dict[str, str], s3: "S3Client", tmp_path: Path) -> Run:
    """Return a context manager that runs the function in one sandbox, with a proxy to S3."""
    harness = set_up_queues(store, name="polled", visibility=VISIBILITY)
    artefact = read_function(build, "PersistFunction")
    source = read_source(build, "PersistFunction")

    @contextmanager
    def running(seconds: int = artefact.seconds) -> Iterator[RunningFunction]:
        with FaultyProxy(upstream=s3.meta.endpoint_url).open() as proxy, available():
            environment = {**store, **harness.environment, "AWS_ENDPOINT_URL_S3": proxy.address}
            timed = replace(artefact, seconds=seconds)
            with emulated(timed, environment, logs=tmp_path) as pool:
                poller = Poller(
                    sqs=harness.sqs, queue=harness.queues.jobs, invoke=pool, source=source
                )
                yield RunningFunction(harness=harness, poller=poller, pool=pool, proxy=proxy, s3=s3)

    return running


@pytest.fixture
def function(run: Run) -> Iterator[RunningFunction]:
    """Run the function with its own timeout."""
    with run() as running:
        yield running


def job(name: str, key: str = KEY) -> str:
    """Build the message of a job with one small target."""
    event = json.loads((EVENTS / "queue-job.json").read_text())
    message = json.loads(event["Records"][0]["body"])
    message["job"] |= {"task_id": f"Image-{name}", "key": key, "etag": None}
    message["job"]["targets"][0]["key"] = f"queue/{name}.{{autoext}}"
    return json.dumps(message)


def test_a_job_is_done(function: RunningFunction) -> None:
    """The target is stored and the message deleted."""
    function.send(job("done"))
    assert function.poller.once() == 1
    assert function.stored_size("queue/done.jpg") == (200, 150)
    assert function.message_count() == 0


def test_an_invalid_message_is_dead_lettered(function: RunningFunction) -> None:
    """An invalid message is dead-lettered at once with its reason."""
    function.send("no job, no event")
    assert function.poller.once() == 1
    ((body, reason),) = function.harness.take_dead_lettered()
    assert body == "no job, no event"
    assert "neither a job nor an event" in reason
    assert function.message_count() == 0


def test_only_the_failed_message_of_a_batch_is_retried(function: RunningFunction) -> None:
    """Only the failed message of a batch is received again, before its visibility timeout."""
    function.s3.copy_object(
        Bucket=BUCKET, Key="busy.jpg", CopySource={"Bucket": BUCKET, "Key": KEY}
    )

    def busy(request: ProxiedRequest) -> None:
        (refuses(503, "SlowDown") if "busy.jpg" in request.path else passes)(request)

    function.proxy.faults = [busy] * 20
    for message in (job("first"), job("late", "busy.jpg"), job("third")):
        function.send(message)
    assert function.poller.once() == 3
    function.proxy.faults.clear()
    assert (
        function.stored_size("queue/first.jpg")
        == function.stored_size("queue/third.jpg")
        == (200, 150)
    )
    assert function.message_count() == 1
    assert function.poll_until_received(VISIBILITY) < VISIBILITY - 5
    assert function.stored_size("queue/late.jpg") == (200, 150)
    assert function.message_count() == 0
    assert function.harness.take_dead_lettered() == []


def test_the_job_of_a_killed_sandbox_is_done_once(run: Run) -> None:
    """After the lease of a killed worker, another one completes the job once."""
    with run(SECONDS) as function:
        function.pool(b'{"Records": []}')  # starts it
        kill_during_write(function)


def kill_during_write(function: RunningFunction) -> None:
    """Kill the function while it writes; assert that the job is completed once."""
    function.send(job("killed"))
    writing, killed = Event(), Event()

    def held(request: ProxiedRequest) -> None:
        if request.command == "PUT":
            writing.set()
            killed.wait(SECONDS)
            request.close_connection = True
        else:
            passes(request)

    function.proxy.requests.clear()
    function.proxy.faults = [held] * 20
    batch = Thread(target=function.poller.once)
    batch.start()
    assert writing.wait(SECONDS)
    os.kill(runtime(function), signal.SIGKILL)
    batch.join()
    function.proxy.faults.clear()
    killed.set()
    assert function.message_count() == 1
    function.poll_until_received(2 * VISIBILITY)
    assert function.stored_size("queue/killed.jpg") == (200, 150)
    assert function.message_count() == 0
    assert function.put_count() == 2
    assert len(function.pool.sandboxes[0].timings().inits) == 2
    ended = [
        line["receive_count"] for line in function.log() if "Image-killed" in line.get("tasks", {})
    ]
    assert ended == [2]
    function.send(job("killed"))
    assert function.poller.once() == 1
    assert function.put_count() == 2
    assert function.harness.take_dead_lettered() == []


def runtime(function: RunningFunction) -> int:
    """Return the id of the process that runs the function's code."""
    (found,) = (
        pid
        for pid in descendants(function.pool.sandboxes[0].pid)
        if b"awslambdaric" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:4]
    )
    return found
