"""What is sent over SQS and SNS arrives whole: jobs, dead letters, and news of their ends."""

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
class Lines:
    """Two queues, and a topic that the second one listens to."""

    sqs: "SQSClient"
    first: str
    second: str
    topic: str

    def received(self, url: str) -> list[Any]:
        """Take out what a queue has."""
        return self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])


@pytest.fixture
def lines(aws: None) -> Lines:  # noqa: ARG001 - answers its calls
    """Set them up."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    first, second = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("first", "second"))
    attributes = sqs.get_queue_attributes(QueueUrl=second, AttributeNames=["QueueArn"])
    topic = sns.create_topic(Name="ended")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"])
    return Lines(sqs=sqs, first=first, second=second, topic=topic)


@pytest.fixture
def clients() -> Clients:
    """Connect as the service does."""
    return Clients(Settings(buckets={}))


def test_a_message_arrives_as_it_was_sent(lines: Lines, clients: Clients) -> None:
    """Byte by byte."""
    SqsQueue(clients=clients, url=lines.first).send(MESSAGE)
    assert [message["Body"] for message in lines.received(lines.first)] == [MESSAGE]


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("NoSuchKey: 图", "NoSuchKey: 图"),
        ("x" * 5000, "x" * MAX_REASON),
        ("", "unknown"),
        ("a\x01b\ufffec\n", "a?b?c?"),
    ],
    ids=["short", "long", "empty", "not to be carried"],
)
def test_a_dead_letter_has_its_reason_with_it(
    reason: str, kept: str, lines: Lines, clients: Clients
) -> None:
    """As much of it as an operator reads."""
    letters = SqsMessageControl(clients=clients, url=lines.first, dead_letter_url=lines.second)
    letters.dead_letter(MESSAGE, reason)
    (letter,) = lines.received(lines.second)
    assert letter["Body"] == MESSAGE
    assert letter["MessageAttributes"]["Reason"]["StringValue"] == kept


def test_a_postponed_message_comes_again(lines: Lines, clients: Clients) -> None:
    """After so long, and not before."""
    SqsQueue(clients=clients, url=lines.first).send(MESSAGE)
    letters = SqsMessageControl(clients=clients, url=lines.first, dead_letter_url=lines.second)
    (message,) = lines.received(lines.first)
    letters.retry_after(message["ReceiptHandle"], 30)
    assert lines.received(lines.first) == []
    letters.retry_after(message["ReceiptHandle"], 0)
    assert len(lines.received(lines.first)) == 1


def test_topics_are_sns_topics_or_queues(lines: Lines, clients: Clients) -> None:
    """C-167: the settings name the topics; a removed topic receives no message."""
    topics = AwsNotifier(clients=clients, destinations={"sns": lines.topic, "sqs": lines.first})
    assert [topics.has_topic(name) for name in ("sns", "sqs", "gone")] == [True, True, False]
    for name in ("sns", "sqs", "gone"):
        topics.publish(name, MESSAGE)
    assert [message["Body"] for message in lines.received(lines.first)] == [MESSAGE]
    (heard,) = lines.received(lines.second)
    assert json.loads(heard["Body"])["Message"] == MESSAGE


def test_what_cannot_be_sent_is_a_failure_of_ours(lines: Lines, clients: Clients) -> None:
    """The job it is about comes again."""
    nowhere = lines.first + "-gone"
    topics = AwsNotifier(
        clients=clients, destinations={"sns": lines.topic + "gone", "sqs": nowhere}
    )
    letters = SqsMessageControl(clients=clients, url=nowhere, dead_letter_url=nowhere)
    sends: list[Callable[[], None]] = [
        lambda: topics.publish("sns", MESSAGE),
        lambda: topics.publish("sqs", MESSAGE),
        lambda: SqsQueue(clients=clients, url=nowhere).send(MESSAGE),
        lambda: letters.dead_letter(MESSAGE, "x"),
    ]
    for send in sends:
        with pytest.raises(OssError) as failed:
            send()
        assert failed.value.code is Code.SERVICE_UNAVAILABLE
