"""Polls a queue and invokes a function, as Lambda's event source mapping does."""

import base64
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from botocore.exceptions import BotoCoreError, ClientError

from local.log_text import printable
from local.triggers import FunctionError, Invoke, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueOutputTypeDef, MessageTypeDef

RETRY_SECONDS = 1.0
"""Pause after a failed request to the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """The settings of an event source mapping, as in template.yaml."""

    batch: int = 5
    """Largest number of messages of one invocation."""
    partial: bool = True
    """Whether the function returns partial batch responses (ReportBatchItemFailures)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Receives messages from a queue and invokes a function with them."""

    sqs: "SQSClient"
    queue: str
    """URL of the queue."""
    invoke: Invoke
    source: EventSource = EventSource()

    def once(self, *, wait: int = 1) -> int:
        """Process one batch, delete its successful messages, and return the number received.

        Failed messages stay invisible for the visibility timeout of the queue, or the one that the
        function has set.
        """
        received = self.sqs.receive_message(
            QueueUrl=self.queue,
            MaxNumberOfMessages=self.source.batch,
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = received.get("Messages", [])
        if messages:
            failed = self._invoke(messages)
            for message in messages:
                self._finish(message, failed=message["MessageId"] in failed)
        return len(messages)

    def _invoke(self, messages: Sequence["MessageTypeDef"]) -> set[str]:
        """Invoke the function; return the IDs of the messages that failed."""
        every = {message["MessageId"] for message in messages}
        event = {"Records": [record(message, self._arn) for message in messages]}
        try:
            result = self.invoke(json.dumps(event).encode())
        except (FunctionError, ThrottledError) as error:
            print(f"jobs: the function failed: {printable(repr(error))}", flush=True)
            return every
        return batch_failures(result, every) if self.source.partial else set()

    def _finish(self, message: "MessageTypeDef", *, failed: bool) -> None:
        if name := _object_names(message["Body"]):
            outcome = "will retry" if failed else "done"
            print(f"jobs: {printable(name)}: {outcome}", flush=True)
        if not failed:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    @property
    def _arn(self) -> str:
        account, name = self.queue.rsplit("/", 2)[1:]
        return f"arn:aws:sqs:{self.sqs.meta.region_name}:{account}:{name}"


@contextmanager
def polling(poller: Poller, *, at_once: int = 1) -> Iterator[None]:
    """Poll on `at_once` threads until the block ends; use one per sandbox of the function."""
    stopped = threading.Event()
    threads = [
        threading.Thread(target=_poll, args=(poller, stopped), daemon=True) for _ in range(at_once)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join(timeout=5)


def _poll(poller: Poller, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            poller.once()
        except (BotoCoreError, ClientError):
            stopped.wait(RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 - one message must not end the polling of all
            print(f"jobs: {type(error).__name__}", flush=True)
            stopped.wait(RETRY_SECONDS)


def record(message: "MessageTypeDef", arn: str) -> dict[str, Any]:
    """Return the record that Lambda makes of a message."""
    attributes = message.get("MessageAttributes", {})
    fields = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {name: _attribute(value) for name, value in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }
    if attributes:
        fields["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return fields


def _attribute(value: "MessageAttributeValueOutputTypeDef") -> dict[str, Any]:
    if value["DataType"].startswith("Binary"):
        content = {"binaryValue": base64.b64encode(value["BinaryValue"]).decode()}
    else:
        content = {"stringValue": value["StringValue"]}
    lists: dict[str, list[str]] = {"stringListValues": [], "binaryListValues": []}
    return {**content, **lists, "dataType": value["DataType"]}


def batch_failures(result: bytes, every: set[str]) -> set[str]:
    """Return the IDs that a partial batch response reports as failed.

    As Lambda does, an empty or null response counts as success, and an invalid one, or one with an
    unknown ID, as the failure of every message.
    """
    try:
        failures = (json.loads(result) or {}).get("batchItemFailures") or ()
        failed = {failure["itemIdentifier"] for failure in failures}
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return every
    return every if failed - every else failed


def _object_names(body: str) -> str:
    """Return the objects that a message is about, empty for the test event of S3."""
    try:
        message = json.loads(body)
        if message.get("Event") == "s3:TestEvent":
            return ""
        if "job" in message:
            return f"{message['job']['bucket']}/{message['job']['key']}"
        records = [record["s3"] for record in message["Records"]]
        return ", ".join(
            f"{s3['bucket']['name']}/{unquote_plus(s3['object']['key'])}" for s3 in records
        )
    except (AttributeError, ValueError, KeyError, TypeError, RecursionError):
        return "a message"
