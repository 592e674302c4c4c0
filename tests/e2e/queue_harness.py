"""Resources of the persist function: a table, queues, and a source bucket with a rule."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local import demo, queues
from tests.e2e.stores import BUCKET, connected

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

KEY = "holiday/beach 1.jpg"
RULE = {
    "prefix": "holiday/",
    "targets": [
        {"process": "image/resize,w_100", "key": "small/{basename}"},
        {"process": "image/resize,w_50/format,png", "key": "icons/{barename}.{autoext}"},
    ],
}


@dataclass(frozen=True, kw_only=True)
class QueueHarness:
    """The queues, and the variables that name them to the function."""

    sqs: "SQSClient"
    queues: queues.Queues

    @property
    def environment(self) -> dict[str, str]:
        """Variables of the persist function, in addition to those of the stores."""
        buckets = {"pictures": {"s3": BUCKET, "events": [RULE]}}
        return {
            **self.queues.settings,
            "DARKROOM_BUCKETS": json.dumps(buckets),
            "DARKROOM_TABLE": demo.TABLE,
            "DARKROOM_RESULTS_BUCKET": "",
            "DARKROOM_KEYS_SECRET": "",
        }

    def take_dead_lettered(self) -> list[tuple[str, str]]:
        """Receive and delete the dead-lettered messages; return each with its reason."""
        received = self.sqs.receive_message(
            QueueUrl=self.queues.dead_letters,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
        )
        found = []
        for message in received.get("Messages", []):
            reason = message["MessageAttributes"]["Reason"]["StringValue"]
            found.append((message["Body"], reason))
            self.sqs.delete_message(
                QueueUrl=self.queues.dead_letters, ReceiptHandle=message["ReceiptHandle"]
            )
        return found


def set_up_queues(store: dict[str, str], **options: Any) -> QueueHarness:
    """Create table and queues in the embedded stores; `options` are those of `ensure_queues`."""
    demo.ensure_table(connected(store, "dynamodb"))
    sqs = connected(store, "sqs")
    return QueueHarness(sqs=sqs, queues=queues.ensure_queues(sqs, **options))
