"""The poller invokes a function with batches of a queue, and reads its reports, as Lambda does."""

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

from local.poller import EventSource, Poller, batch_failures, polling
from local.triggers import FunctionError, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

EVENTS = Path(__file__).parents[3] / "events"

type ResultOf = Callable[[Sequence[Any]], Any]
"""Returns the function's result for the records of a batch."""


@dataclass
class Function:
    """A function that records its batches."""

    result_of: ResultOf = lambda _: None
    batches: list[list[Any]] = field(default_factory=list)

    def __call__(self, event: bytes, /) -> bytes:
        """Record a batch and return the result for it."""
        records = json.loads(event)["Records"]
        self.batches.append(records)
        return json.dumps(self.result_of(records)).encode()


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue that one test uses."""

    sqs: "SQSClient"
    url: str

    def send(self, *bodies: str, **attributes: Any) -> None:
        """Send messages."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body, MessageAttributes=attributes)

    def message_count(self) -> int:
        """Return the number of messages, visible or not."""
        found = self.sqs.get_queue_attributes(
            QueueUrl=self.url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(int(count) for count in found["Attributes"].values())

    def poller(self, invoke: Any, **source: Any) -> Poller:
        """Return a poller of the queue."""
        return Poller(sqs=self.sqs, queue=self.url, invoke=invoke, source=EventSource(**source))


@pytest.fixture
def queue(s3: "S3Client") -> Queue:  # noqa: ARG001 - it serves queues, too
    """Create a queue with a visibility timeout of one second."""
    sqs = boto3.client("sqs")
    name = f"queue-{uuid.uuid4()}"
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    return Queue(sqs=sqs, url=url)


def reports(*bodies: str) -> ResultOf:
    """Return a result that reports the messages of these bodies as failed."""
    return lambda records: {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]}
            for record in records
            if record["body"] in bodies
        ]
    }


def test_a_record_has_the_members_of_lambdas(queue: Queue) -> None:
    """A record has the members and attributes of the payload in events/."""
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


def test_the_log_names_the_decoded_key(queue: Queue, capsys: pytest.CaptureFixture[str]) -> None:
    """The log decodes the key of an S3 event, which is form-encoded."""
    s3 = {"bucket": {"name": "demo"}, "object": {"key": "in/neu+%C3%BC.jpg"}}
    queue.send(json.dumps({"Records": [{"s3": s3}]}))
    queue.poller(Function()).once()
    assert capsys.readouterr().out == "jobs: demo/in/neu ü.jpg: done\n"


def test_bytes_among_the_attributes_are_base64(queue: Queue) -> None:
    """Binary attributes are base64 in JSON."""
    function = Function()
    queue.send("a", Digest={"DataType": "Binary", "BinaryValue": b"\xff\x00"})
    queue.poller(function).once()
    assert function.batches[0][0]["messageAttributes"]["Digest"]["binaryValue"] == "/wA="


def test_a_batch_has_at_most_the_batch_size(queue: Queue) -> None:
    """A batch has at most the batch size of the event source."""
    function = Function()
    queue.send(*"abcdefg")
    poller = queue.poller(function, batch=3)
    while poller.once(wait=0):
        pass
    assert max(map(len, function.batches)) <= 3
    assert sorted(record["body"] for batch in function.batches for record in batch) == [*"abcdefg"]
    assert queue.message_count() == 0


def test_a_reported_message_is_received_again(queue: Queue) -> None:
    """A reported message is received again after the visibility timeout; the others are deleted."""
    function = Function(reports("b"))
    queue.send(*"abc")
    poller = queue.poller(function)
    poller.once()
    assert queue.message_count() == 1
    assert poller.once(wait=0) == 0
    sleep(1.1)
    assert poller.once() == 1
    (record,) = function.batches[-1]
    assert (record["body"], record["attributes"]["ApproximateReceiveCount"]) == ("b", "2")


def test_the_function_may_change_the_visibility_timeout(queue: Queue) -> None:
    """A message whose visibility timeout the function changed is received accordingly."""

    def result_of(records: Sequence[Any]) -> Any:
        for record in records:
            queue.sqs.change_message_visibility(
                QueueUrl=queue.url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
            )
        return reports("a")(records)

    function = Function(result_of)
    queue.send("a")
    poller = queue.poller(function)
    assert [poller.once(wait=0), poller.once(wait=0)] == [1, 1]


def test_reports_are_ignored_unless_enabled(queue: Queue) -> None:
    """Without ReportBatchItemFailures, the result is ignored."""
    queue.send("a")
    queue.poller(Function(reports("a")), partial=False).once()
    assert queue.message_count() == 0


@pytest.mark.parametrize("error", [FunctionError("x"), ThrottledError()], ids=repr)
def test_a_failed_batch_stays_in_the_queue(queue: Queue, error: Exception) -> None:
    """After an error, no message of the batch is deleted or made visible."""

    def fail(_: bytes, /) -> bytes:
        raise error

    queue.send(*"ab")
    poller = queue.poller(fail)
    assert poller.once() == 2
    assert queue.message_count() == 2
    assert poller.once(wait=0) == 0


@pytest.mark.parametrize(
    ("result", "failed"),
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
def test_reports(result: str, failed: str) -> None:
    """An empty report is success; a report of anything but the batch's messages fails the batch."""
    assert batch_failures(result.encode(), {"a", "b"}) == set(failed)


def test_batches_run_concurrently(queue: Queue) -> None:
    """Two batches run concurrently: each waits for the other."""
    both = threading.Barrier(2, timeout=10)
    function = Function(lambda _: both.wait() and None)
    queue.send(*"ab")
    with polling(queue.poller(function, batch=1), at_once=2):
        until = monotonic() + 10
        while queue.message_count() and monotonic() < until:
            sleep(0.02)
    assert queue.message_count() == 0
    assert len(function.batches) == 2
