#!/usr/bin/env python3
"""Send dead-lettered messages back to the queue of jobs, or list them (docs/operate.md).

tools/redrive.py [--function NAME] [--only TEXT] [--dry-run]

Reads the queues from the configuration of the persist function NAME, else from
DARKROOM_JOBS_QUEUE and DARKROOM_DEAD_LETTER_QUEUE. Messages that are dead-lettered meanwhile stay,
so that a message that fails again is not sent back endlessly.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from function_env import configured

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

VISIBILITY_TIMEOUT = 300
"""Seconds for which a received message is not received again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A received message of the dead-letter queue."""

    body: str
    receipt: str
    reason: str

    @classmethod
    def of(cls, message: "MessageTypeDef") -> "DeadLetter":
        """Parse a message; one that the queue's redrive policy moved has no reason."""
        given = message.get("MessageAttributes", {}).get("Reason", {})
        return cls(
            body=message["Body"],
            receipt=message["ReceiptHandle"],
            reason=given.get("StringValue") or "unknown: see the task and the logs",
        )


def main() -> None:
    """Run the command line; exit with a message without queues."""
    options = _options()
    environ = configured(options.function)
    jobs, dead_letters = (
        environ.get(f"DARKROOM_{name}") for name in ("JOBS_QUEUE", "DEAD_LETTER_QUEUE")
    )
    if not jobs or not dead_letters:
        sys.exit("the queues are not known: name the persist function with --function")
    sqs, kept, sent = boto3.client("sqs"), [], 0
    for letter in receive_dead_letters(sqs, dead_letters, before=datetime.now(UTC)):
        wanted = options.only in letter.reason
        if wanted:
            print(f"{letter.reason}\n    {letter.body}")
        if not wanted or options.dry_run:
            kept.append(letter)
            continue
        # Sent before it is deleted, so that an interruption cannot lose it.
        sqs.send_message(QueueUrl=jobs, MessageBody=letter.body)
        sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=letter.receipt)
        sent += 1
    for letter in kept:
        _put_back(sqs, dead_letters, letter.receipt)
    print(f"{sent} sent back, {len(kept)} kept", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--function", help="name of the persist function")
    parser.add_argument("--only", default="", help="only messages whose reason contains this")
    parser.add_argument(
        "--dry-run", action="store_true", help="print the messages without sending them"
    )
    return parser.parse_args()


def receive_dead_letters(sqs: "SQSClient", url: str, *, before: datetime) -> Iterator[DeadLetter]:
    """Yield each message that was sent to the queue before a time; make newer ones visible."""
    while True:
        received = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=VISIBILITY_TIMEOUT,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages", [])
        old = [message for message in received if _sent(message) <= before]
        for message in received:
            if message not in old:
                _put_back(sqs, url, message["ReceiptHandle"])
        yield from map(DeadLetter.of, old)
        if not old:
            return


def _sent(message: "MessageTypeDef") -> datetime:
    return datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)


def _put_back(sqs: "SQSClient", url: str, receipt: str) -> None:
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)


if __name__ == "__main__":
    main()
