"""SNS topics and SQS queues that hear of the end of jobs."""

from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.aws.clients import Clients
from darkroom.aws.errors import errors_as
from darkroom.errors import Code

MAX_REASON = 1000
"""Characters of a reason that travel with a dead letter."""


@dataclass(frozen=True, kw_only=True)
class SqsQueue:
    """A queue by its URL."""

    clients: Clients
    url: str

    def send(self, message: str) -> None:
        """Hand a message over."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            self.clients.sqs.send_message(QueueUrl=self.url, MessageBody=message)


@dataclass(frozen=True, kw_only=True)
class SqsMessageControl:
    """Messages that were received from a queue, and the queue where the dead ones go."""

    clients: Clients
    url: str
    dead_letter_url: str
    """URL of the dead-letter queue."""

    def retry_after(self, receipt: str, seconds: int) -> None:
        """Hide the message for so long."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            self.clients.sqs.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )

    def dead_letter(self, message: str, reason: str) -> None:
        """Send it to the dead letters, the reason as an attribute."""
        text = _printable(reason[:MAX_REASON]) or "unknown"
        with errors_as(Code.SERVICE_UNAVAILABLE):
            self.clients.sqs.send_message(
                QueueUrl=self.dead_letter_url,
                MessageBody=message,
                MessageAttributes={"Reason": {"DataType": "String", "StringValue": text}},
            )


def _printable(text: str) -> str:
    """Replace what SQS refuses to carry, and some more."""
    return "".join(character if character.isprintable() else "?" for character in text)


@dataclass(frozen=True, kw_only=True)
class AwsNotifier:
    """The names of the settings, each with an SNS topic's ARN or an SQS queue's URL."""

    clients: Clients
    destinations: Mapping[str, str]

    def has_topic(self, name: str) -> bool:
        """Whether the settings map the name."""
        return name in self.destinations

    def publish(self, name: str, message: str) -> None:
        """Send to whatever stands behind the name; nothing to one that was taken out since."""
        place = self.destinations.get(name)
        with errors_as(Code.SERVICE_UNAVAILABLE):
            if place is None:
                return
            if place.startswith("arn:"):
                self.clients.sns.publish(TopicArn=place, Message=message)
            else:
                self.clients.sqs.send_message(QueueUrl=place, MessageBody=message)
