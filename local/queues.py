"""The queue of jobs and its dead-letter queue, as template.yaml defines them."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

QUEUE, DEAD_LETTERS = "darkroom-jobs", "darkroom-jobs-dead"

VISIBILITY_TIMEOUT = 720
"""Seconds, as in template.yaml."""

MAX_RECEIVE_COUNT = 6
"""Receives after which the queue dead-letters a message: one more than the function's own limit."""


@dataclass(frozen=True, kw_only=True)
class Queues:
    """URLs of the queue of jobs and its dead-letter queue."""

    jobs: str
    dead_letters: str

    @property
    def settings(self) -> dict[str, str]:
        """The functions' variables for the queues."""
        return {
            "DARKROOM_JOBS_QUEUE": self.jobs,
            "DARKROOM_DEAD_LETTER_QUEUE": self.dead_letters,
            "DARKROOM_MAX_RECEIVE_COUNT": str(MAX_RECEIVE_COUNT - 1),
        }


def ensure_queues(
    sqs: "SQSClient", name: str = QUEUE, *, visibility: int = VISIBILITY_TIMEOUT
) -> Queues:
    """Create both queues as template.yaml defines them, unless they exist."""
    dead_letters = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": _arn(sqs, dead_letters), "maxReceiveCount": MAX_RECEIVE_COUNT}
    jobs = sqs.create_queue(
        QueueName=name,
        Attributes={
            "VisibilityTimeout": str(visibility),
            "RedrivePolicy": json.dumps(redrive),
        },
    )["QueueUrl"]
    return Queues(jobs=jobs, dead_letters=dead_letters)


def notify_of_objects(s3: "S3Client", sqs: "SQSClient", bucket: str, queues: Queues) -> None:
    """Send the ObjectCreated notifications of a bucket to the queue of jobs."""
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
