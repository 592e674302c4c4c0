"""SNS topics and SQS queues that hear of the end of jobs."""

from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.aws.clients import Clients
from darkroom.aws.refusals import failing_as
from darkroom.errors import Code


@dataclass(frozen=True, kw_only=True)
class MappedTopics:
    """The names of the settings, each with an SNS topic's ARN or an SQS queue's URL."""

    clients: Clients
    places: Mapping[str, str]

    def knows(self, name: str) -> bool:
        """Whether the settings map the name."""
        return name in self.places

    def tell(self, name: str, message: str) -> None:
        """Send to whatever stands behind the name; nothing to one that was taken out since."""
        place = self.places.get(name)
        with failing_as(Code.SERVICE_UNAVAILABLE):
            if place is None:
                return
            if place.startswith("arn:"):
                self.clients.sns.publish(TopicArn=place, Message=message)
            else:
                self.clients.sqs.send_message(QueueUrl=place, MessageBody=message)
