"""The template's queue and event source mapping; local/ emulates both with the same values."""

from typing import Any

import pytest

from local import gateway, queues, sandbox
from local.poller import EventSource
from tests.deployments import deployment, variables

STACK = deployment()
QUEUE = STACK.properties("Jobs")
DAYS = 86_400


def seconds(function: str) -> float:
    """Return the timeout of a function."""
    return float(STACK.properties(function)["Timeout"])


def event_source() -> dict[str, Any]:
    """Return the event source mapping of the persist function."""
    (event,) = STACK.properties("PersistFunction")["Events"].values()
    assert event["Type"] == "SQS"
    found: dict[str, Any] = event["Properties"]
    return found


def test_the_visibility_timeout_is_six_function_timeouts() -> None:
    """Lambda recommends six times the timeout of the function."""
    assert QUEUE["VisibilityTimeout"] >= 6 * seconds("PersistFunction")
    assert QUEUE["VisibilityTimeout"] == queues.VISIBILITY_TIMEOUT


def test_the_queue_delivers_once_more_than_the_job_is_tried() -> None:
    """The last delivery dead-letters a job whose attempts were all killed."""
    tries = int(variables(STACK)["DARKROOM_MAX_RECEIVE_COUNT"])
    assert QUEUE["RedrivePolicy"]["maxReceiveCount"] == tries + 1 == queues.MAX_RECEIVE_COUNT


def test_both_queues_retain_messages_for_14_days() -> None:
    """The queue of jobs sends failed messages to the dead-letter queue."""
    assert QUEUE["RedrivePolicy"]["deadLetterTargetArn"] == "<DeadLetters.Arn>"
    for name in ("Jobs", "DeadLetters"):
        assert STACK.properties(name)["MessageRetentionPeriod"] == 14 * DAYS


def test_events_that_are_not_delivered_are_dead_lettered() -> None:
    """EventBridge may send to the dead-letter queue, for its one rule."""
    stack = deployment("ObjectEvents")
    (target,) = stack.properties("ObjectCreated")["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": "<DeadLetters.Arn>"}
    allowed, _ = stack.properties("DeadLettersPolicy")["PolicyDocument"]["Statement"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": "<ObjectCreated.Arn>"}}


def test_no_event_is_sent_unless_rules_are_used() -> None:
    """S3 bills each event that it sends to EventBridge, whether or not a rule matches it."""
    off, on = deployment(), deployment("ObjectEvents")
    assert "NotificationConfiguration" not in off.properties("Pictures")
    assert "ObjectCreated" not in off.names
    notifications = on.properties("Pictures")["NotificationConfiguration"]
    assert notifications == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert "ObjectCreated" in on.names


def test_the_event_source_is_an_output() -> None:
    """The command that stops all jobs needs its id."""
    assert STACK.outputs["JobsEventSource"] == "<PersistFunctionJobs>"


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ((), ["<Pictures>"]),
        (("FurtherBuckets", "ExistingBucket"), ["their-pictures", "one", "two"]),
    ],
)
def test_notifications_are_accepted_from_the_served_buckets(
    changed: tuple[str, ...], names: list[str]
) -> None:
    """Another bucket of the account cannot queue jobs."""
    statements = deployment(*changed).properties("JobsPolicy")["PolicyDocument"]["Statement"]
    (told,) = (each for each in statements if each["Sid"] == "NotificationsOfBuckets")
    sources = told["Condition"]["ArnLike"]["aws:SourceArn"]
    assert [source.rpartition(":")[2] for source in sources] == names


def test_local_event_source_equals_the_templates() -> None:
    """Batches report the messages that failed."""
    assert event_source()["Queue"] == "<Jobs.Arn>"
    partial = "ReportBatchItemFailures" in event_source()["FunctionResponseTypes"]
    assert EventSource(batch=event_source()["BatchSize"], partial=partial) == EventSource()
    assert event_source()["ScalingConfig"] == {
        "MaximumConcurrency": STACK.parameters["JobsMaxConcurrency"]
    }


def test_local_timeouts_equal_the_templates() -> None:
    """The function's timeout is shorter than that of the API."""
    times = (seconds("ProcessFunction"), seconds("PersistFunction"))
    assert times == (sandbox.SECONDS, sandbox.PERSIST_SECONDS)
    assert STACK.properties("Integration")["TimeoutInMillis"] == 1000 * gateway.SECONDS
    assert seconds("ProcessFunction") < gateway.SECONDS
