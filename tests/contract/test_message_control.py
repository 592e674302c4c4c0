"""Contract of the SQS queue, its dead-letter queue and the notification topics."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.sqs import MAX_REASON, AwsNotifier, SqsMessageControl, SqsQueue
from darkroom.errors import Code, OssError
from darkroom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs.client import SQSClient

MESSAGE = '{"job": "图片 <&> \\n"}'


@dataclass(frozen=True, kw_only=True)
class Queues:
    """Two queues, and a topic to which the second queue is subscribed."""

    sqs: "SQSClient"
    first: str
    second: str
    topic: str

    def received(self, url: str) -> list[Any]:
        """Receive the messages of a queue."""
        return self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])


@pytest.fixture
def queues(aws: None) -> Queues:  # noqa: ARG001 - answers its calls
    """Create the queues and the topic."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    first, second = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("first", "second"))
    attributes = sqs.get_queue_attributes(QueueUrl=second, AttributeNames=["QueueArn"])
    topic = sns.create_topic(Name="ended")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"])
    return Queues(sqs=sqs, first=first, second=second, topic=topic)


@pytest.fixture
def clients() -> Clients:
    """Return the clients as the service builds them."""
    return Clients(Settings(buckets={}))


def test_a_message_arrives_as_it_was_sent(queues: Queues, clients: Clients) -> None:
    """The body arrives unchanged."""
    SqsQueue(clients=clients, url=queues.first).send(MESSAGE)
    assert [message["Body"] for message in queues.received(queues.first)] == [MESSAGE]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("NoSuchKey: 图", "NoSuchKey: 图"),
        ("x" * 5000, "x" * MAX_REASON),
        ("", "unknown"),
        ("a\x01b\ufffec\n", "a?b?c?"),
    ],
    ids=["short", "long", "empty", "control characters"],
)
def test_a_dead_lettered_message_carries_its_reason(
    reason: str, expected: str, queues: Queues, clients: Clients
) -> None:
    """The reason is cut to `MAX_REASON`, and its control characters are replaced."""
    messages = SqsMessageControl(clients=clients, url=queues.first, dead_letter_url=queues.second)
    messages.dead_letter(MESSAGE, reason)
    (dead_lettered,) = queues.received(queues.second)
    assert dead_lettered["Body"] == MESSAGE
    assert dead_lettered["MessageAttributes"]["Reason"]["StringValue"] == expected


def test_a_delayed_message_is_received_again(queues: Queues, clients: Clients) -> None:
    """`retry_after` hides the message for the given seconds."""
    SqsQueue(clients=clients, url=queues.first).send(MESSAGE)
    messages = SqsMessageControl(clients=clients, url=queues.first, dead_letter_url=queues.second)
    (message,) = queues.received(queues.first)
    messages.retry_after(message["ReceiptHandle"], 30)
    assert queues.received(queues.first) == []
    messages.retry_after(message["ReceiptHandle"], 0)
    assert len(queues.received(queues.first)) == 1


def test_topics_are_sns_topics_or_queues(queues: Queues, clients: Clients) -> None:
    """C-167: the settings name the topics; a removed topic receives no message."""
    topics = AwsNotifier(clients=clients, destinations={"sns": queues.topic, "sqs": queues.first})
    assert [topics.has_topic(name) for name in ("sns", "sqs", "gone")] == [True, True, False]
    for name in ("sns", "sqs", "gone"):
        topics.publish(name, MESSAGE)
    assert [message["Body"] for message in queues.received(queues.first)] == [MESSAGE]
    (notification,) = queues.received(queues.second)
    assert json.loads(notification["Body"])["Message"] == MESSAGE


def test_a_failed_send_is_service_unavailable(queues: Queues, clients: Clients) -> None:
    """A failed send raises ServiceUnavailable, so the job is retried."""
    missing = queues.first + "-gone"
    topics = AwsNotifier(
        clients=clients, destinations={"sns": queues.topic + "gone", "sqs": missing}
    )
    messages = SqsMessageControl(clients=clients, url=missing, dead_letter_url=missing)
    sends: list[Callable[[], None]] = [
        lambda: topics.publish("sns", MESSAGE),
        lambda: topics.publish("sqs", MESSAGE),
        lambda: SqsQueue(clients=clients, url=missing).send(MESSAGE),
        lambda: messages.dead_letter(MESSAGE, "x"),
    ]
    for send in sends:
        with pytest.raises(OssError) as failed:
            send()
        assert failed.value.code is Code.SERVICE_UNAVAILABLE
