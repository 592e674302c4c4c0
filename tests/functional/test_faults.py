"""No job is lost when S3, a connection or the function fails.

`DARKROOM_FAULT_JOBS=500 DARKROOM_FAULT_SEED=7` runs more jobs, or other faults.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.job_table import TableTasks
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import load_engine
from darkroom.jobs import Job, JobTarget, State, Task
from darkroom.settings import Settings
from local import demo, queues
from local.moto_server import stores
from tests.faulty_proxy import Fault, FaultyProxy, ProxiedRequest, breaks, hangs_up, passes, refuses
from tests.pictures import photographic, processed, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

ROOT = Path(__file__).parents[2]
JOBS = int(os.environ.get("DARKROOM_FAULT_JOBS", "100"))
SEED = int(os.environ.get("DARKROOM_FAULT_SEED", "2026"))

WORKERS = 2
KILL_EVERY = 4.0
"""Seconds between two kills, on average."""

VISIBILITY = 16
"""Seconds: leases of a killed worker have expired when its messages are received again."""

SHARE_OF_FAULTS = 0.3

SOURCES = 12

LIMIT = 120 + 2 * JOBS
"""Seconds for all jobs."""

PROCESSES = ("image/resize,w_60", "image/rotate,90", "image/format,png", "image/crop,w_30,h_30")
BAD_PROCESS = "image/crop,x_5000"
TOPIC = "ended"


class RandomFaults:
    """Random faults of a proxy by a seed; most requests pass."""

    def __init__(self, seed: int) -> None:
        """Seed the random numbers."""
        self._random = random.Random(seed)

    def pop(self, _place: int) -> Fault:
        """Return the next fault, or none."""
        if self._random.random() > SHARE_OF_FAULTS:
            return passes
        return self._random.choice(
            [
                refuses(503, "SlowDown"),
                refuses(500, "InternalError"),
                hangs_up,
                breaks(after=self._random.randrange(400)),
                hangs_up_after_writing,
            ]
        )


def hangs_up_after_writing(request: ProxiedRequest) -> None:
    """Pass the request on, and hang up without a response."""
    request.fetch()
    request.close_connection = True


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The stores, queues and topic of the test."""

    s3: "S3Client"
    sqs: "SQSClient"
    queues: queues.Queues
    topic: str
    environment: Mapping[str, str]


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """Start the stores, with a faulty proxy in front of S3."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "DARKROOM_"))]:
        monkeypatch.delenv(name)
    with ExitStack() as running:
        addresses = running.enter_context(stores({}))
        for name, value in addresses.items():
            monkeypatch.setenv(name, value)
        proxy = FaultyProxy(upstream=addresses["AWS_ENDPOINT_URL_S3"])
        proxy.faults = RandomFaults(SEED)  # type: ignore[assignment]
        running.enter_context(proxy.open())
        sqs = boto3.client("sqs")
        found = queues.ensure_queues(sqs)
        sqs.set_queue_attributes(
            QueueUrl=found.jobs, Attributes={"VisibilityTimeout": str(VISIBILITY)}
        )
        topic = sqs.create_queue(QueueName="ended")["QueueUrl"]
        demo.ensure_table(boto3.client("dynamodb"))
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="sources")
        s3.create_bucket(Bucket="results")
        environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            **found.settings,
            "AWS_ENDPOINT_URL_S3": proxy.address,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers/darkroom")]),
            "DARKROOM_BUCKETS": json.dumps({"sources": {}, "results": {}}),
            "DARKROOM_TABLE": demo.TABLE,
            "DARKROOM_TOPICS": json.dumps({TOPIC: topic}),
            "DARKROOM_STORE_TIMEOUT": "1",
            "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        }
        yield Deployment(s3=s3, sqs=sqs, queues=found, topic=topic, environment=environment)


def drawn_jobs(randomness: random.Random) -> Iterator[Job]:
    """Yield random jobs, some of which must fail."""
    for number in range(JOBS):
        missing = number % 17 == 5
        process = BAD_PROCESS if number % 13 == 7 else randomness.choice(PROCESSES)
        yield Job(
            task_id=f"Image-{number}",
            event_id=f"{number:03}",
            bucket="sources",
            key="nowhere.jpg" if missing else f"{randomness.randrange(SOURCES)}.jpg",
            targets=(JobTarget(process=process, bucket="results", key=f"{number}.{{autoext}}"),),
            accepted=datetime.now(UTC),
            topic=TOPIC,
        )


@dataclass(kw_only=True)
class Workers:
    """Workers that are killed and replaced at random times."""

    deployment: Deployment
    randomness: random.Random
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    kills: int = 0
    due: float = field(default_factory=lambda: time.monotonic() + KILL_EVERY)

    def start(self) -> None:
        """Start a worker."""
        queue = self.deployment.queues.jobs
        command = [sys.executable, "-m", "tests.functional.persist_worker", queue]
        worker = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(self.deployment.environment),
            stdout=subprocess.DEVNULL,
        )
        self.running.append(worker)

    def replace_when_due(self) -> None:
        """Kill and replace a worker when it is due."""
        if time.monotonic() > self.due:
            self.due = time.monotonic() + self.randomness.uniform(0.5, 2) * KILL_EVERY
            self.kill(self.randomness.randrange(len(self.running)))
            self.kills += 1
            self.start()

    def kill(self, number: int) -> None:
        """Kill a worker with SIGKILL."""
        worker = self.running.pop(number)
        worker.send_signal(signal.SIGKILL)
        worker.wait()


@pytest.fixture
def workers(deployment: Deployment) -> Iterator[Workers]:
    """Run the workers until the end of the test."""
    workers = Workers(deployment=deployment, randomness=random.Random(SEED))
    for _ in range(WORKERS):
        workers.start()
    yield workers
    while workers.running:
        workers.kill(0)


@pytest.mark.slow
def test_every_job_succeeds_or_is_dead_lettered(deployment: Deployment, workers: Workers) -> None:
    """Every job has its complete result or is dead-lettered with the reason of its task."""
    randomness = random.Random(SEED)
    sources = {f"{n}.jpg": stored(photographic((90 + n, 70)), "JPEG") for n in range(SOURCES)}
    for key, body in sources.items():
        deployment.s3.put_object(Bucket="sources", Key=key, Body=body)
    queued = list(drawn_jobs(randomness))
    queue(deployment.sqs, deployment.queues.jobs, queued, randomness)
    ended = awaited(deployment, queued, workers)
    dead_lettered = received(deployment.sqs, deployment.queues.dead_letters)
    reasons = {Job.from_json(body).task_id: reason for body, reason in dead_lettered}
    expected: dict[str, bytes] = {}
    context = ProcessingContext(engine=load_engine())
    for job in queued:
        task = ended[job.task_id]
        if task.state is State.SUCCEEDED:
            target = task.results[0]
            expected[target.key] = processed(sources[job.key], job.targets[0].process, context).body
        else:
            assert reasons[job.task_id] == f"{task.code}: {task.message}"
            assert task.code in ("NoSuchKey", "BadRequest", "ServiceUnavailable")
    bad = [job for job in queued if job.key not in sources]
    bad += [job for job in queued if job.targets[0].process == BAD_PROCESS]
    assert all(ended[job.task_id].state is State.FAILED for job in bad)
    assert expected == content(deployment.s3, "results")
    assert content(deployment.s3, "sources") == sources
    notified = Counter(
        json.loads(body)["TaskId"] for body, _ in received(deployment.sqs, deployment.topic)
    )
    assert notified.keys() == ended.keys()
    # A worker killed between the notification and its record causes a second notification.
    assert notified.total() <= len(ended) + workers.kills
    assert workers.kills


def queue(sqs: "SQSClient", url: str, queued: list[Job], randomness: random.Random) -> None:
    """Send the jobs in random order, every fifth of them twice."""
    messages = [job.to_json() for job in [*queued, *queued[::5]]]
    randomness.shuffle(messages)
    for message in messages:
        sqs.send_message(QueueUrl=url, MessageBody=message)


def awaited(deployment: Deployment, queued: list[Job], workers: Workers) -> Mapping[str, Task]:
    """Return the tasks once all are finished and the queue is empty."""
    tasks = TableTasks(
        clients=Clients(Settings(buckets={})), table=demo.TABLE, clock=lambda: datetime.now(UTC)
    )
    ended: dict[str, Task] = {}
    limit = time.monotonic() + LIMIT
    while time.monotonic() < limit:
        for job in queued:
            task = ended.get(job.task_id) or tasks.find(job.task_id)
            if task is not None and task.is_finished and task.notified:
                ended[job.task_id] = task
        if len(ended) == len(queued) and not waiting(deployment):
            return ended
        if len(ended) < len(queued):
            workers.replace_when_due()
        time.sleep(0.3)
    raise AssertionError(f"{len(queued) - len(ended)} jobs are not over")


def waiting(deployment: Deployment) -> int:
    """Return the number of messages in the queue, visible or not."""
    found = deployment.sqs.get_queue_attributes(
        QueueUrl=deployment.queues.jobs,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )
    return sum(int(count) for count in found["Attributes"].values())


def received(sqs: "SQSClient", url: str) -> list[tuple[str, str]]:
    """Receive and delete all messages of a queue; return them with their reasons."""
    found: list[tuple[str, str]] = []
    while True:
        batch = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        if not batch:
            return found
        for message in batch:
            attributes: Any = message.get("MessageAttributes", {})
            found.append((message["Body"], attributes.get("Reason", {}).get("StringValue", "")))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def content(s3: "S3Client", bucket: str) -> dict[str, bytes]:
    """Read all objects of a bucket; assert that no multipart upload is open."""
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")
    keys = [entry["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for entry in page.get("Contents", [])]  # fmt: skip
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
