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
"""The function's time and the queue's here: a killed worker's claim ends between them."""


@dataclass(frozen=True, kw_only=True)
class RunningFunction:
    """Everything that a message goes through."""

    place: QueueHarness
    poller: Poller
    pool: Pool
    wire: FaultyProxy
    s3: "S3Client"

    def send(self, body: str) -> None:
        """Put a message into the queue."""
        self.place.sqs.send_message(QueueUrl=self.poller.queue, MessageBody=body)

    def made(self, key: str) -> tuple[int, int]:
        """Measure a picture in the store."""
        body = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return Image.open(io.BytesIO(body)).size

    def left(self) -> int:
        """Count the messages that are in the queue, hidden or not."""
        found = self.place.sqs.get_queue_attributes(
            QueueUrl=self.poller.queue,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(int(count) for count in found["Attributes"].values())

    def until_it_comes(self, seconds: float) -> float:
        """Poll until a message comes and is worked on; tell how long it took to come."""
        began = monotonic()
        while not self.poller.once():
            assert monotonic() - began < seconds, "no message came"
        return monotonic() - began

    def written(self) -> int:
        """Count the attempts to write a picture."""
        return sum(line.startswith("PUT ") for line in self.wire.requests)

    def log(self) -> list[Mapping[str, Any]]:
        """Read what the function has said."""
        lines = self.pool.sandboxes[0].log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


type Run = Callable[..., AbstractContextManager[RunningFunction]]


@pytest.fixture
def run(build: Path, store: dict[str, str], s3: "S3Client", tmp_path: Path) -> Run:
    """Run the function in one sandbox, with a wire between it and S3."""
    place = set_up_queues(store, name="polled", visibility=VISIBILITY)
    artefact = read_function(build, "PersistFunction")
    source = read_source(build, "PersistFunction")

    @contextmanager
    def running(seconds: int = artefact.seconds) -> Iterator[RunningFunction]:
        with FaultyProxy(upstream=s3.meta.endpoint_url).open() as wire, available():
            environment = {**store, **place.environment, "AWS_ENDPOINT_URL_S3": wire.address}
            timed = replace(artefact, seconds=seconds)
            with emulated(timed, environment, logs=tmp_path) as pool:
                poller = Poller(sqs=place.sqs, queue=place.queues.jobs, invoke=pool, source=source)
                yield RunningFunction(place=place, poller=poller, pool=pool, wire=wire, s3=s3)

    return running


@pytest.fixture
def works(run: Run) -> Iterator[RunningFunction]:
    """Run the function with the time that it has."""
    with run() as running:
        yield running


def job(name: str, key: str = KEY) -> str:
    """Write the message of a job that makes one small picture."""
    event = json.loads((EVENTS / "queue-job.json").read_text())
    message = json.loads(event["Records"][0]["body"])
    message["job"] |= {"task_id": f"Image-{name}", "key": key, "etag": None}
    message["job"]["targets"][0]["key"] = f"queue/{name}.{{autoext}}"
    return json.dumps(message)


def test_a_job_is_done(works: RunningFunction) -> None:
    """Its picture is there, and its message is not."""
    works.send(job("done"))
    assert works.poller.once() == 1
    assert works.made("queue/done.jpg") == (200, 150)
    assert works.left() == 0


def test_poison_is_buried_with_its_reason(works: RunningFunction) -> None:
    """At once: it would not become better."""
    works.send("no job, no event")
    assert works.poller.once() == 1
    ((body, reason),) = works.place.buried()
    assert body == "no job, no event"
    assert "neither a job nor an event" in reason
    assert works.left() == 0


def test_of_a_batch_only_what_is_not_done_comes_again(works: RunningFunction) -> None:
    """When the function has said, long before the queue would show it."""
    works.s3.copy_object(Bucket=BUCKET, Key="busy.jpg", CopySource={"Bucket": BUCKET, "Key": KEY})

    def busy(passage: ProxiedRequest) -> None:
        (refuses(503, "SlowDown") if "busy.jpg" in passage.path else passes)(passage)

    works.wire.faults = [busy] * 20
    for message in (job("first"), job("late", "busy.jpg"), job("third")):
        works.send(message)
    assert works.poller.once() == 3
    works.wire.faults.clear()
    assert works.made("queue/first.jpg") == works.made("queue/third.jpg") == (200, 150)
    assert works.left() == 1
    assert works.until_it_comes(VISIBILITY) < VISIBILITY - 5
    assert works.made("queue/late.jpg") == (200, 150)
    assert works.left() == 0
    assert works.place.buried() == []


def test_the_job_of_a_killed_sandbox_comes_again_and_is_done_once(run: Run) -> None:
    """Its result was on its way; another worker finds the claim run out, and takes over."""
    with run(SECONDS) as works:
        works.pool(b'{"Records": []}')  # starts it
        killed_and_done(works)


def killed_and_done(works: RunningFunction) -> None:
    """Kill the function while it writes; see the job done, and not again after that."""
    works.send(job("killed"))
    on_its_way, dead = Event(), Event()

    def held(passage: ProxiedRequest) -> None:
        if passage.command == "PUT":
            on_its_way.set()
            dead.wait(SECONDS)
            passage.close_connection = True
        else:
            passes(passage)

    works.wire.requests.clear()
    works.wire.faults = [held] * 20
    batch = Thread(target=works.poller.once)
    batch.start()
    assert on_its_way.wait(SECONDS)
    os.kill(runtime(works), signal.SIGKILL)
    batch.join()
    works.wire.faults.clear()
    dead.set()
    assert works.left() == 1
    works.until_it_comes(2 * VISIBILITY)
    assert works.made("queue/killed.jpg") == (200, 150)
    assert works.left() == 0
    assert works.written() == 2
    assert len(works.pool.sandboxes[0].timings().inits) == 2
    ended = [
        line["receive_count"] for line in works.log() if "Image-killed" in line.get("tasks", {})
    ]
    assert ended == [2]
    works.send(job("killed"))
    assert works.poller.once() == 1
    assert works.written() == 2
    assert works.place.buried() == []


def runtime(works: RunningFunction) -> int:
    """Find the process that runs the function's code."""
    (found,) = (
        pid
        for pid in descendants(works.pool.sandboxes[0].pid)
        if b"awslambdaric" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:4]
    )
    return found
