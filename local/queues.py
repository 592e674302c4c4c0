"""The queue of jobs and that of its dead letters, as template.yaml makes them."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

QUEUE, DEAD_LETTERS = "darkroom-jobs", "darkroom-jobs-dead"

VISIBILITY = 720
"""Seconds that a message is hidden while it is worked on, as in template.yaml."""

DELIVERIES = 6
"""After so many, the queue itself gives a message up: one more than the function needs."""


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
            "DARKROOM_DEAD_LETTER_QUEUE": self.dead_letters,
            "DARKROOM_MAX_RECEIVE_COUNT": str(DELIVERIES - 1),
        }


def ensure_queues(sqs: "SQSClient", name: str = QUEUE, *, visibility: int = VISIBILITY) -> Queues:
    """Create both queues as template.yaml does, unless they are there."""
    dead_letters = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": _arn(sqs, dead_letters), "maxReceiveCount": DELIVERIES}
    jobs = sqs.create_queue(
        QueueName=name,
        Attributes={
            "VisibilityTimeout": str(visibility),
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
