"""No job is lost, whatever fails on the way: the store, the connection, the function itself.

`DARKROOM_FAULT_JOBS=500 DARKROOM_FAULT_SEED=7` makes it longer, or another one.
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
from darkroom.jobs import Job, State, Target, Task
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
"""Seconds: what a killed worker had claimed is free when its messages come again."""

SHARE_OF_FAULTS = 0.3

SOURCES = 12

LIMIT = 120 + 2 * JOBS
"""Seconds for all of it."""

PROCESSES = ("image/resize,w_60", "image/rotate,90", "image/format,png", "image/crop,w_30,h_30")
BAD_PROCESS = "image/crop,x_5000"
TOPIC = "ended"


class Weather:
    """Faults of a store, drawn by a seed: most requests pass, any may not."""

    def __init__(self, seed: int) -> None:
        """Begin to draw."""
        self._random = random.Random(seed)

    def pop(self, _place: int) -> Fault:
        """Draw what becomes of a request."""
        if self._random.random() > SHARE_OF_FAULTS:
            return passes
        return self._random.choice(
            [
                refuses(503, "SlowDown"),
                refuses(500, "InternalError"),
                hangs_up,
                breaks(after=self._random.randrange(400)),
                written_but_silent,
            ]
        )


def written_but_silent(passage: ProxiedRequest) -> None:
    """Do what is asked, and hang up before saying so."""
    passage.fetch()
    passage.close_connection = True


@dataclass(frozen=True, kw_only=True)
class Place:
    """Everything that the jobs run on."""

    s3: "S3Client"
    sqs: "SQSClient"
    queues: queues.Queues
    topic: str
    environment: Mapping[str, str]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Run stores of their own, with a wire before S3 that fails."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "DARKROOM_"))]:
        monkeypatch.delenv(name)
    with ExitStack() as running:
        addresses = running.enter_context(stores({}))
        for name, value in addresses.items():
            monkeypatch.setenv(name, value)
        wire = FaultyProxy(upstream=addresses["AWS_ENDPOINT_URL_S3"])
        wire.faults = Weather(SEED)  # type: ignore[assignment]
        running.enter_context(wire.open())
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
            "AWS_ENDPOINT_URL_S3": wire.address,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers/darkroom")]),
            "DARKROOM_BUCKETS": json.dumps({"sources": {}, "results": {}}),
            "DARKROOM_TABLE": demo.TABLE,
            "DARKROOM_TOPICS": json.dumps({TOPIC: topic}),
            "DARKROOM_STORE_TIMEOUT": "1",
            "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        }
        yield Place(s3=s3, sqs=sqs, queues=found, topic=topic, environment=environment)


def drawn_jobs(chance: random.Random) -> Iterator[Job]:
    """Draw jobs, some of which cannot be done."""
    for number in range(JOBS):
        lost = number % 17 == 5
        process = BAD_PROCESS if number % 13 == 7 else chance.choice(PROCESSES)
        yield Job(
            task_id=f"Image-{number}",
            event_id=f"{number:03}",
            bucket="sources",
            key="nowhere.jpg" if lost else f"{chance.randrange(SOURCES)}.jpg",
            targets=(Target(process=process, bucket="results", key=f"{number}.{{autoext}}"),),
            accepted=datetime.now(UTC),
            topic=TOPIC,
        )


@dataclass(kw_only=True)
class Crew:
    """Workers, of which now and then one is killed and another takes its place."""

    place: Place
    chance: random.Random
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    kills: int = 0
    due: float = field(default_factory=lambda: time.monotonic() + KILL_EVERY)

    def hire(self) -> None:
        """Start one more."""
        queue = self.place.queues.jobs
        command = [sys.executable, "-m", "tests.functional.persist_worker", queue]
        worker = subprocess.Popen(
            command, cwd=ROOT, env=dict(self.place.environment), stdout=subprocess.DEVNULL
        )
        self.running.append(worker)

    def disturb(self) -> None:
        """Kill one when its time has come."""
        if time.monotonic() > self.due:
            self.due = time.monotonic() + self.chance.uniform(0.5, 2) * KILL_EVERY
            self.dismiss(self.chance.randrange(len(self.running)))
            self.kills += 1
            self.hire()

    def dismiss(self, number: int) -> None:
        """Kill one, between two instructions wherever it is."""
        worker = self.running.pop(number)
        worker.send_signal(signal.SIGKILL)
        worker.wait()


@pytest.fixture
def crew(place: Place) -> Iterator[Crew]:
    """Have two workers at it until the end of the test."""
    crew = Crew(place=place, chance=random.Random(SEED))
    for _ in range(WORKERS):
        crew.hire()
    yield crew
    while crew.running:
        crew.dismiss(0)


@pytest.mark.slow
def test_every_job_is_done_whole_or_buried_with_its_reason(place: Place, crew: Crew) -> None:
    """Throttled, cut off, killed, repeated and out of order: each ends as its task says."""
    chance = random.Random(SEED)
    sources = {f"{n}.jpg": stored(photographic((90 + n, 70)), "JPEG") for n in range(SOURCES)}
    for key, body in sources.items():
        place.s3.put_object(Bucket="sources", Key=key, Body=body)
    promised = list(drawn_jobs(chance))
    queue(place.sqs, place.queues.jobs, promised, chance)
    ended = awaited(place, promised, crew)
    letters = received(place.sqs, place.queues.dead_letters)
    reasons = {Job.from_json(body).task_id: reason for body, reason in letters}
    expected: dict[str, bytes] = {}
    for job in promised:
        task = ended[job.task_id]
        if task.state is State.SUCCEEDED:
            made = task.results[0]
            expected[made.key] = processed(sources[job.key], job.targets[0].process).body
        else:
            assert reasons[job.task_id] == f"{task.code}: {task.message}"
            assert task.code in ("NoSuchKey", "BadRequest", "ServiceUnavailable")
    bad = [job for job in promised if job.key not in sources]
    bad += [job for job in promised if job.targets[0].process == BAD_PROCESS]
    assert all(ended[job.task_id].state is State.FAILED for job in bad)
    assert expected == content(place.s3, "results")
    assert content(place.s3, "sources") == sources
    heard = Counter(json.loads(body)["TaskId"] for body, _ in received(place.sqs, place.topic))
    assert heard.keys() == ended.keys()
    # A process killed between telling and noting that it told has it told once more.
    assert heard.total() <= len(ended) + crew.kills
    assert crew.kills


def queue(sqs: "SQSClient", url: str, promised: list[Job], chance: random.Random) -> None:
    """Send the jobs in any order, every fifth of them twice."""
    messages = [job.to_json() for job in [*promised, *promised[::5]]]
    chance.shuffle(messages)
    for message in messages:
        sqs.send_message(QueueUrl=url, MessageBody=message)


def awaited(place: Place, promised: list[Job], crew: Crew) -> Mapping[str, Task]:
    """Give the tasks when all are over and the queue is empty."""
    tasks = TableTasks(
        clients=Clients(Settings(buckets={})), table=demo.TABLE, clock=lambda: datetime.now(UTC)
    )
    ended: dict[str, Task] = {}
    limit = time.monotonic() + LIMIT
    while time.monotonic() < limit:
        for job in promised:
            task = ended.get(job.task_id) or tasks.find(job.task_id)
            if task is not None and task.is_finished and task.notified:
                ended[job.task_id] = task
        if len(ended) == len(promised) and not waiting(place):
            return ended
        if len(ended) < len(promised):
            crew.disturb()
        time.sleep(0.3)
    raise AssertionError(f"{len(promised) - len(ended)} jobs are not over")


def waiting(place: Place) -> int:
    """Count the messages that are still in the queue, hidden or not."""
    found = place.sqs.get_queue_attributes(
        QueueUrl=place.queues.jobs,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )
    return sum(int(count) for count in found["Attributes"].values())


def received(sqs: "SQSClient", url: str) -> list[tuple[str, str]]:
    """Take all messages of a queue, with their reasons."""
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
    """Read a whole bucket; nothing half-written may be left beside it."""
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")
    keys = [entry["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for entry in page.get("Contents", [])]  # fmt: skip
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
