"""Feeds a function from a queue, as Lambda's event source mapping does."""

import base64
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from botocore.exceptions import BotoCoreError, ClientError

from local.http_fronts import FunctionError, Invoke, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueOutputTypeDef, MessageTypeDef

PAUSE = 1.0
"""Seconds until the queue is asked again that did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """How a function is fed, as in template.yaml."""

    batch: int = 5
    """Messages of one invocation at most."""
    partial: bool = True
    """Whether the function reports which messages it has not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Takes messages out of a queue for a function, wherever that runs."""

    sqs: "SQSClient"
    queue: str
    """Its URL."""
    invoke: Invoke
    source: EventSource = EventSource()

    def once(self, *, wait: int = 1) -> int:
        """Have one batch worked on, and delete what is done; tell how many messages came.

        What stays is hidden for as long as the queue says, or the function has said.
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
            kept = self._worked_on(messages)
            for message in messages:
                self._end(message, again=message["MessageId"] in kept)
        return len(messages)

    def _worked_on(self, messages: Sequence["MessageTypeDef"]) -> set[str]:
        """Invoke the function; give the ids of the messages that stay in the queue."""
        every = {message["MessageId"] for message in messages}
        event = {"Records": [record(message, self._arn) for message in messages]}
        try:
            result = self.invoke(json.dumps(event).encode())
        except (FunctionError, ThrottledError) as error:
            print(f"jobs: the function failed: {error!r}", flush=True)
            return every
        return reported(result, every) if self.source.partial else set()

    def _end(self, message: "MessageTypeDef", *, again: bool) -> None:
        if name := _named(message["Body"]):
            print(f"jobs: {name}: {'again later' if again else 'done'}", flush=True)
        if not again:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    @property
    def _arn(self) -> str:
        account, name = self.queue.rsplit("/", 2)[1:]
        return f"arn:aws:sqs:{self.sqs.meta.region_name}:{account}:{name}"


@contextmanager
def polling(poller: Poller, *, at_once: int = 1) -> Iterator[None]:
    """Work through the queue on as many threads as the function has sandboxes."""
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
            stopped.wait(PAUSE)


def record(message: "MessageTypeDef", arn: str) -> dict[str, Any]:
    """Describe a message as Lambda does."""
    attributes = message.get("MessageAttributes", {})
    described = {
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
        described["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return described


def _attribute(value: "MessageAttributeValueOutputTypeDef") -> dict[str, Any]:
    if value["DataType"].startswith("Binary"):
        content = {"binaryValue": base64.b64encode(value["BinaryValue"]).decode()}
    else:
        content = {"stringValue": value["StringValue"]}
    lists: dict[str, list[str]] = {"stringListValues": [], "binaryListValues": []}
    return {**content, **lists, "dataType": value["DataType"]}


def reported(result: bytes, every: set[str]) -> set[str]:
    """Give the ids that a result reports as not done: all of them, if it makes no sense.

    Nothing reported, in whatever form, is success; anything that is no report is failure.
    """
    try:
        failures = (json.loads(result) or {}).get("batchItemFailures") or ()
        named = {failure["itemIdentifier"] for failure in failures}
    except (AttributeError, KeyError, TypeError, ValueError):
        return every
    return every if named - every else named


def _named(body: str) -> str:
    """Name what a message is about; nothing for the one by which S3 tries the way."""
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
    except (AttributeError, ValueError, KeyError, TypeError):
        return "a message"
