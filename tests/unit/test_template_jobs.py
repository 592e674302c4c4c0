"""The queue of the template and how it feeds its function; local/ plays both by the same rules."""

from typing import Any

from local import gateway, queues, sandbox
from local.poller import EventSource
from tests.deployments import deployment, variables

STACK = deployment()
QUEUE = STACK.properties("Jobs")
DAYS = 86_400


def seconds(function: str) -> float:
    """Give the time of a function."""
    return float(STACK.properties(function)["Timeout"])


def fed() -> dict[str, Any]:
    """Tell how the persist function is fed."""
    (event,) = STACK.properties("PersistFunction")["Events"].values()
    assert event["Type"] == "SQS"
    found: dict[str, Any] = event["Properties"]
    return found


def test_a_message_is_hidden_until_its_worker_is_surely_gone() -> None:
    """Six times the function's time, as Lambda advises."""
    assert QUEUE["VisibilityTimeout"] >= 6 * seconds("PersistFunction")
    assert QUEUE["VisibilityTimeout"] == queues.VISIBILITY_TIMEOUT


def test_a_message_is_delivered_once_after_the_last_try() -> None:
    """For jobs that ended their function each time: that delivery notes that they did."""
    tries = int(variables(STACK)["DARKROOM_MAX_RECEIVE_COUNT"])
    assert QUEUE["RedrivePolicy"]["maxReceiveCount"] == tries + 1 == queues.MAX_RECEIVE_COUNT


def test_nothing_is_lost_over_the_holidays() -> None:
    """Both queues keep messages for fourteen days, and what is given up goes to the other."""
    assert QUEUE["RedrivePolicy"]["deadLetterTargetArn"] == "<DeadLetters.Arn>"
    for name in ("Jobs", "DeadLetters"):
        assert STACK.properties(name)["MessageRetentionPeriod"] == 14 * DAYS


def test_the_function_is_fed_here_as_there() -> None:
    """In batches of which it reports what is not done."""
    assert fed()["Queue"] == "<Jobs.Arn>"
    partial = "ReportBatchItemFailures" in fed()["FunctionResponseTypes"]
    assert EventSource(batch=fed()["BatchSize"], partial=partial) == EventSource()
    assert fed()["ScalingConfig"] == {"MaximumConcurrency": STACK.parameters["JobsMaxConcurrency"]}


def test_times() -> None:
    """Here as in the template; a function ends before its front gives it up."""
    times = (seconds("ProcessFunction"), seconds("PersistFunction"))
    assert times == (sandbox.SECONDS, sandbox.PERSIST_SECONDS)
    assert STACK.properties("Integration")["TimeoutInMillis"] == 1000 * gateway.SECONDS
    assert seconds("ProcessFunction") < gateway.SECONDS
