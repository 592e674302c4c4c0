"""A function is fed from a queue as Lambda feeds it, and its reports are read as Lambda's are."""

import json
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.http_fronts import FunctionError, ThrottledError
from local.poller import EventSource, Poller, batch_failures, polling

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

EVENTS = Path(__file__).parents[3] / "events"

type Judge = Callable[[Sequence[Any]], Any]
"""Takes the records of a batch and gives the function's result."""


@dataclass
class Function:
    """A function that remembers its batches."""

    judge: Judge = lambda _: None
    batches: list[list[Any]] = field(default_factory=list)

    def __call__(self, event: bytes, /) -> bytes:
        """Judge one batch."""
        records = json.loads(event)["Records"]
        self.batches.append(records)
        return json.dumps(self.judge(records)).encode()


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue of its own for each test."""

    sqs: "SQSClient"
    url: str

    def send(self, *bodies: str, **attributes: Any) -> None:
        """Put messages into it."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body, MessageAttributes=attributes)

    def left(self) -> int:
        """Count the messages that are in it, hidden or not."""
        found = self.sqs.get_queue_attributes(
            QueueUrl=self.url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(int(count) for count in found["Attributes"].values())

    def poller(self, invoke: Any, **source: Any) -> Poller:
        """Feed a function from it."""
        return Poller(sqs=self.sqs, queue=self.url, invoke=invoke, source=EventSource(**source))


@pytest.fixture
def queue(s3: "S3Client") -> Queue:  # noqa: ARG001 - it serves queues, too
    """Make a queue that hides messages for a second."""
    sqs = boto3.client("sqs")
    name = f"queue-{uuid.uuid4()}"
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    return Queue(sqs=sqs, url=url)


def reports(*bodies: str) -> Judge:
    """Report the messages of these bodies as not done."""
    return lambda records: {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]}
            for record in records
            if record["body"] in bodies
        ]
    }


def test_a_record_has_the_members_of_lambdas(queue: Queue) -> None:
    """Those of the payload in events/, its attributes included."""
    function = Function()
    queue.send("a", Reason={"DataType": "String", "StringValue": "图"})
    assert queue.poller(function).once() == 1
    (record,) = function.batches[0]
    (real,) = json.loads((EVENTS / "queue-job.json").read_text())["Records"]
    assert record.keys() == real.keys() | {"md5OfMessageAttributes"}
    assert record["attributes"].keys() >= real["attributes"].keys()
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["eventSourceARN"].endswith(queue.url.rpartition("/")[2])
    assert record["messageAttributes"]["Reason"] == {
        "stringValue": "图",
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": "String",
    }


def test_an_object_is_named_as_it_is(queue: Queue, capsys: pytest.CaptureFixture[str]) -> None:
    """S3's events write keys as forms do."""
    s3 = {"bucket": {"name": "demo"}, "object": {"key": "in/neu+%C3%BC.jpg"}}
    queue.send(json.dumps({"Records": [{"s3": s3}]}))
    queue.poller(Function()).once()
    assert capsys.readouterr().out == "jobs: demo/in/neu ü.jpg: done\n"


def test_bytes_among_the_attributes_are_base64(queue: Queue) -> None:
    """JSON carries no others."""
    function = Function()
    queue.send("a", Digest={"DataType": "Binary", "BinaryValue": b"\xff\x00"})
    queue.poller(function).once()
    assert function.batches[0][0]["messageAttributes"]["Digest"]["binaryValue"] == "/wA="


def test_a_batch_has_no_more_than_the_template_says(queue: Queue) -> None:
    """The rest is for the next one."""
    function = Function()
    queue.send(*"abcdefg")
    poller = queue.poller(function, batch=3)
    while poller.once(wait=0):
        pass
    assert max(map(len, function.batches)) <= 3
    assert sorted(record["body"] for batch in function.batches for record in batch) == [*"abcdefg"]
    assert queue.left() == 0


def test_what_is_reported_comes_again(queue: Queue) -> None:
    """When the queue's time is over, counted as another delivery; the rest is gone."""
    function = Function(reports("b"))
    queue.send(*"abc")
    poller = queue.poller(function)
    poller.once()
    assert queue.left() == 1
    assert poller.once(wait=0) == 0
    sleep(1.1)
    assert poller.once() == 1
    (record,) = function.batches[-1]
    assert (record["body"], record["attributes"]["ApproximateReceiveCount"]) == ("b", "2")


def test_the_function_may_say_when(queue: Queue) -> None:
    """What it makes visible comes again at once."""

    def judge(records: Sequence[Any]) -> Any:
        for record in records:
            queue.sqs.change_message_visibility(
                QueueUrl=queue.url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
            )
        return reports("a")(records)

    function = Function(judge)
    queue.send("a")
    poller = queue.poller(function)
    assert [poller.once(wait=0), poller.once(wait=0)] == [1, 1]


def test_a_function_that_is_not_asked_for_reports_makes_none(queue: Queue) -> None:
    """Without FunctionResponseTypes its result counts for nothing."""
    queue.send("a")
    queue.poller(Function(reports("a")), partial=False).once()
    assert queue.left() == 0


@pytest.mark.parametrize("error", [FunctionError("x"), ThrottledError()], ids=repr)
def test_a_batch_that_failed_comes_again_whole(queue: Queue, error: Exception) -> None:
    """Neither deleted nor shown again before its time."""

    def fail(_: bytes, /) -> bytes:
        raise error

    queue.send(*"ab")
    poller = queue.poller(fail)
    assert poller.once() == 2
    assert queue.left() == 2
    assert poller.once(wait=0) == 0


@pytest.mark.parametrize(
    ("result", "kept"),
    [
        ("null", ""),
        ("{}", ""),
        ('{"batchItemFailures": null}', ""),
        ('{"batchItemFailures": []}', ""),
        ('{"batchItemFailures": [{"itemIdentifier": "a"}]}', "a"),
        ('{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}', "ab"),
        ('{"batchItemFailures": [{"itemIdentifier": ""}]}', "ab"),
        ('{"batchItemFailures": [{"itemIdentifier": null}]}', "ab"),
        ('{"batchItemFailures": [{"itemIdentifier": ["a"]}]}', "ab"),
        ('{"batchItemFailures": [{"itemIdentifier": "c"}]}', "ab"),
        ('{"batchItemFailures": [{"messageId": "a"}]}', "ab"),
        ('{"batchItemFailures": ["a"]}', "ab"),
        ('"done"', "ab"),
        ("done", "ab"),
        ("", "ab"),
    ],
)
def test_reports(result: str, kept: str) -> None:
    """No report is success; one that names anything else than messages of the batch is failure."""
    assert batch_failures(result.encode(), {"a", "b"}) == set(kept)


def test_as_many_batches_at_once_as_there_are_sandboxes(queue: Queue) -> None:
    """Each waits for the other here, so neither could end alone."""
    both = threading.Barrier(2, timeout=10)
    function = Function(lambda _: both.wait() and None)
    queue.send(*"ab")
    with polling(queue.poller(function, batch=1), at_once=2):
        until = monotonic() + 10
        while queue.left() and monotonic() < until:
            sleep(0.02)
    assert queue.left() == 0
    assert len(function.batches) == 2
