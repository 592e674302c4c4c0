"""Feeds the persist function from its queue, as Lambda's event source mapping does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local.fronts import FunctionError, Invoke

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

QUEUE, DEAD_LETTERS = "darkroom-jobs", "darkroom-jobs-dead"

BATCH = 5
"""Messages of one invocation, as in template.yaml."""

VISIBILITY = 720
"""Seconds that a message is hidden while it is worked on, as in template.yaml."""

DELIVERIES = 6
"""After so many, the queue itself gives a message up: one more than the function needs."""

PAUSE = 1.0
"""Seconds until the queue is asked again that did not answer."""


@dataclass(frozen=True, kw_only=True)
class Queues:
    """Addresses of the queue of jobs and of its dead letters."""

    jobs: str
    dead_letters: str

    @property
    def settings(self) -> dict[str, str]:
        """What the functions have to know of them."""
        return {
            "DARKROOM_JOBS_QUEUE": self.jobs,
            "DARKROOM_DEAD_LETTERS": self.dead_letters,
            "DARKROOM_DELIVERIES": str(DELIVERIES - 1),
        }


def keep_queues(sqs: "SQSClient") -> Queues:
    """Create both queues as template.yaml does, unless they are there."""
    dead_letters = sqs.create_queue(QueueName=DEAD_LETTERS)["QueueUrl"]
    redrive = {"deadLetterTargetArn": _arn(sqs, dead_letters), "maxReceiveCount": DELIVERIES}
    jobs = sqs.create_queue(
        QueueName=QUEUE,
        Attributes={
            "VisibilityTimeout": str(VISIBILITY),
            "RedrivePolicy": json.dumps(redrive),
        },
    )["QueueUrl"]
    return Queues(jobs=jobs, dead_letters=dead_letters)


def notify_of_objects(s3: "S3Client", sqs: "SQSClient", bucket: str, queues: Queues) -> None:
    """Have the store tell the queue of every object that comes into a bucket."""
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {"QueueArn": _arn(sqs, queues.jobs), "Events": ["s3:ObjectCreated:*"]}
            ]
        },
    )


def _arn(sqs: "SQSClient", url: str) -> str:
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return attributes["Attributes"]["QueueArn"]


@contextmanager
def working(sqs: "SQSClient", queues: Queues, invoke: Invoke) -> Iterator[None]:
    """Work through the queue on a thread of its own until the end."""
    stopped = threading.Event()
    thread = threading.Thread(target=_work, args=(sqs, queues, invoke, stopped), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=5)


def _work(sqs: "SQSClient", queues: Queues, invoke: Invoke, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            work_once(sqs, queues, invoke)
        except (BotoCoreError, ClientError):
            stopped.wait(PAUSE)


def work_once(sqs: "SQSClient", queues: Queues, invoke: Invoke, *, wait: int = 1) -> int:
    """Receive one batch, have it worked on, and delete what is done; tell how many came."""
    received = sqs.receive_message(
        QueueUrl=queues.jobs,
        MaxNumberOfMessages=BATCH,
        WaitTimeSeconds=wait,
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
    )
    messages = received.get("Messages", [])
    if not messages:
        return 0
    try:
        failed = _failures(invoke(json.dumps(_event(messages)).encode()))
    except FunctionError as error:
        print(f"jobs: the function failed: {error}", flush=True)
        return len(messages)
    for message in messages:
        again = message["MessageId"] in failed
        if name := _named(message["Body"]):
            print(f"jobs: {name}: {'again later' if again else 'done'}", flush=True)
        if not again:
            sqs.delete_message(QueueUrl=queues.jobs, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)


def _event(messages: list["MessageTypeDef"]) -> dict[str, Any]:
    """Build the event that Lambda makes of a batch."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message.get("MD5OfBody", ""),
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:local:123456789012:{QUEUE}",
                "awsRegion": "local",
            }
            for message in messages
        ]
    }


def _failures(result: bytes) -> set[str]:
    return {failure["itemIdentifier"] for failure in json.loads(result)["batchItemFailures"]}


def _named(body: str) -> str:
    """Name what a message is about; nothing for the one by which S3 tries the way."""
    try:
        message = json.loads(body)
        if message.get("Event") == "s3:TestEvent":
            return ""
        if "job" in message:
            return f"{message['job']['bucket']}/{message['job']['key']}"
        records = [record["s3"] for record in message["Records"]]
        return ", ".join(f"{s3['bucket']['name']}/{s3['object']['key']}" for s3 in records)
    except (AttributeError, ValueError, KeyError, TypeError):
        return "a message"
