"""SQS queues and SNS topics: jobs, dead letters, notifications."""

from collections.abc import Mapping

from msgspec import Struct

from darkroom.aws.clients import Clients
from darkroom.aws.errors import errors_as
from darkroom.errors import Code
from darkroom.ports.jobs import ReceivedMessage

MAX_REASON = 1000
"""Characters of the reason that is sent with a dead letter."""


class SqsQueue(Struct, frozen=True, kw_only=True):
    """The queue of jobs, by its URL."""

    clients: Clients
    url: str

    def send(self, message: str) -> None:
        """Send a message; SQS has stored it when this returns."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            self.clients.sqs.send_message(QueueUrl=self.url, MessageBody=message)


class SqsReceiver(Struct, frozen=True, kw_only=True):
    """Receives the messages of a queue, one at a time."""

    clients: Clients
    url: str

    def receive(self, *, wait: int, visibility: int) -> ReceivedMessage | None:
        """Wait for a message by a long poll."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            response = self.clients.sqs_long_poll.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=wait,
                VisibilityTimeout=visibility,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        for message in response.get("Messages", []):
            return ReceivedMessage(
                id=message["MessageId"],
                body=message["Body"],
                receipt=message["ReceiptHandle"],
                receive_count=int(message["Attributes"]["ApproximateReceiveCount"]),
            )
        return None

    def delete(self, message: ReceivedMessage) -> None:
        """Delete the delivery's message."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            self.clients.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)


class SqsMessageControl(Struct, frozen=True, kw_only=True):
    """Messages received from a queue, and its dead-letter queue."""

    clients: Clients
    url: str
    dead_letter_url: str
    """URL of the dead-letter queue."""

    def retry_after(self, receipt: str, seconds: int) -> None:
        """Set the message's visibility timeout."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            self.clients.sqs.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )

    def dead_letter(self, message: str, reason: str) -> None:
        """Send the message to the dead-letter queue, with the reason as an attribute."""
        text = _replace_unprintable(reason[:MAX_REASON]) or "unknown"
        with errors_as(Code.SERVICE_UNAVAILABLE):
            self.clients.sqs.send_message(
                QueueUrl=self.dead_letter_url,
                MessageBody=message,
                MessageAttributes={"Reason": {"DataType": "String", "StringValue": text}},
            )


def _replace_unprintable(text: str) -> str:
    """Replace all unprintable characters: SQS refuses some of them."""
    return "".join(character if character.isprintable() else "?" for character in text)


class AwsNotifier(Struct, frozen=True, kw_only=True):
    """The topics of the settings, each an SNS topic's ARN or an SQS queue's URL."""

    clients: Clients
    destinations: Mapping[str, str]

    def has_topic(self, name: str) -> bool:
        """Return whether the settings have a topic of that name."""
        return name in self.destinations

    def publish(self, name: str, message: str) -> None:
        """Send to the topic or queue of that name; do nothing if it has been removed since."""
        destination = self.destinations.get(name)
        with errors_as(Code.SERVICE_UNAVAILABLE):
            if destination is None:
                return
            if destination.startswith("arn:"):
                self.clients.sns.publish(TopicArn=destination, Message=message)
            else:
                self.clients.sqs.send_message(QueueUrl=destination, MessageBody=message)
