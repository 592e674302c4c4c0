"""Stacks with the CDN alone and with every parameter set, and their alarms."""

import json
from typing import Any

import pytest

from tests.deployments import EXAMPLES, condition_parameters, deployment
from tests.stacks.emulated_aws import EmulatedAws, Sam

STACK = "everything"
DOMAIN = "everything.example.com"


@pytest.fixture(scope="module")
def outputs(aws: EmulatedAws, sam: Sam) -> dict[str, str]:
    """Deploy with every parameter that a condition reads changed from its default."""
    given = dict(deployment(*condition_parameters()).given)
    # The quotas of a new account, and a zone, are in tests of their own.
    for name in ("ReservedConcurrency", "HostedZone", "SnapStart"):
        del given[name]
    given["DomainName"] = DOMAIN
    queue = aws.client("sqs").create_queue(QueueName="alarms")["QueueUrl"]
    topic = aws.client("sns").create_topic(Name="alarms")["TopicArn"]
    arn = EXAMPLES["AlarmTopic"].replace("sns", "sqs")
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    made = sam.created(STACK, **{n: f'"{v}"' for n, v in given.items()})
    return {**made, "alarms": queue}


def test_everything_is_created(aws: EmulatedAws, outputs: dict[str, str]) -> None:
    """Outputs and variables are those of the template for these parameters."""
    changed = set(condition_parameters()) - {"ReservedConcurrency", "HostedZone", "SnapStart"}
    evaluated = deployment(*changed)
    assert outputs.keys() - {"alarms"} == evaluated.outputs.keys()
    variables = aws.environment(outputs["ProcessFunction"])
    assert json.loads(variables["DARKROOM_DOMAINS"])["img.example.com"] == "pictures"
    assert json.loads(variables["DARKROOM_TOPICS"])["done"].endswith(":done")
    assert json.loads(variables["DARKROOM_BUCKETS"]).keys() == {"pictures", "one", "two"}
    domains = [DOMAIN, *EXAMPLES["BaseDomains"].split(",")]
    assert variables["DARKROOM_BASE_DOMAINS"].split() == domains


def test_a_cdn_without_a_domain(aws: EmulatedAws, sam: Sam) -> None:
    """Its address is the distribution's; either rotation fits a new secret."""
    made = sam.created("cdn", Cdn="required", OriginSecretRotation="odd")
    assert made["Url"] == f"https://{made['CdnTarget']}"
    assert made.keys() == deployment("Cdn").outputs.keys()
    assert sam.run("delete", "--stack-name", "cdn", "--no-prompts").returncode == 0
    assert aws.status("cdn") in {"", "DELETE_COMPLETE"}


FUNCTION, API = "AWS/Lambda", "AWS/ApiGateway"
ALARMS: dict[str, tuple[str, str, str, list[dict[str, float]], list[dict[str, float]]]] = {
    "ProcessErrors": (
        FUNCTION,
        "FunctionName",
        "ProcessFunction",
        [{"Errors": 0}],
        [{"Errors": 1}],
    ),
    "ProcessThrottles": (
        *(FUNCTION, "FunctionName", "ProcessFunction"),
        [{"Throttles": 0}],
        [{"Throttles": 1}],
    ),
    "PersistErrors": (
        FUNCTION,
        "FunctionName",
        "PersistFunction",
        [{"Errors": 0}],
        [{"Errors": 1}],
    ),
    "ServerErrors": (
        *(API, "ApiId", "Api"),
        # One failure of a quiet stack, then four of twenty requests.
        [{"5xx": 1, "Count": 1}, {"5xx": 3, "Count": 19}],
        [{"5xx": 1, "Count": 1}],
    ),
    "OldestJobAge": (
        *("AWS/SQS", "QueueName", "JobsQueue"),
        [{"ApproximateAgeOfOldestMessage": 899}],
        [{"ApproximateAgeOfOldestMessage": 900}],
    ),
    "DeadLetterQueueNotEmpty": (
        *("AWS/SQS", "QueueName", "DeadLetters"),
        [{"ApproximateNumberOfMessagesVisible": 0}],
        [{"ApproximateNumberOfMessagesVisible": 1}],
    ),
}
"""Namespace, dimension, output, metrics that are sent without an alarm, and those that alarm."""


def send(
    aws: EmulatedAws, namespace: str, dimensions: dict[str, str], metrics: dict[str, float]
) -> None:
    """Send the metrics of a moment."""
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": n, "Value": v} for n, v in dimensions.items()],
            "Value": value,
        }
        for name, value in metrics.items()
    ]
    aws.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def test_every_alarm_is_tried(outputs: dict[str, str]) -> None:
    """Each alarm of the template has metrics here."""
    assert outputs
    assert ALARMS.keys() == {n for n, _ in deployment().of_type("AWS::CloudWatch::Alarm")}


@pytest.mark.parametrize("name", ALARMS)
def test_alarm(name: str, aws: EmulatedAws, outputs: dict[str, str]) -> None:
    """An alarm is quiet below its threshold and for other resources, and notifies the topic."""
    namespace, dimension, output, quiet, loud = ALARMS[name]
    resource = outputs[output].rpartition("/")[2]
    alarm = aws.resources(STACK)[name]

    def state() -> Any:
        found = aws.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return found[0]["StateValue"]

    for metrics in loud:
        send(aws, namespace, {dimension: "another"}, metrics)
    for metrics in quiet:
        send(aws, namespace, {dimension: resource}, metrics)
        assert state() == "OK", metrics
    for metrics in loud:
        send(aws, namespace, {dimension: resource}, metrics)
    assert state() == "ALARM"
    assert name in notified(aws, outputs["alarms"])


def notified(aws: EmulatedAws, queue: str) -> str:
    """Receive and delete what the topic has published."""
    sqs, texts = aws.client("sqs"), []
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            texts.append(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return "".join(texts)
