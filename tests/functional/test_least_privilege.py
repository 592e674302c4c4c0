"""Each role allows the calls that its function makes, and nothing else.

The calls are those that both functions make in a scenario, the grants those of the template in
every deployment.
"""

import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

import pytest

from local.cloudformation import Stack
from tests.deployments import ACCOUNT, deployment, in_every_deployment, variables
from tests.functional.aws_scenario import VARIABLES, Recorded, run_scenario
from tests.functional.call_recorder import call_sites
from tests.permissions import (
    Need,
    Permission,
    granted,
    listed,
    missing_grants,
    needless_grants,
    needs,
    statements,
)

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
TRACES = {("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")}
EVENT_SOURCE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

RUNTIME: Mapping[str, set[Permission]] = {
    "ProcessRole": {(action, "<ProcessLogs.Arn>") for action in LOGS} | TRACES,
    "PersistRole": {(action, "<PersistLogs.Arn>") for action in LOGS}
    | TRACES
    | {(action, "<Jobs.Arn>") for action in EVENT_SOURCE},
}
"""Permissions that Lambda itself needs: logs, traces and receiving messages."""

READ_ACTIONS = {
    *("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketMultipartUploads"),
    *("s3:GetBucketVersioning", "s3:ListBucketVersions"),
}
"""Actions that remain allowed on pictures when writing is switched off."""


@pytest.fixture(scope="module")
def recorded(s3: "S3Client") -> Recorded:
    """Run the scenario."""
    return run_scenario(s3)


@pytest.fixture(scope="module")
def called(recorded: Recorded) -> Mapping[str, set[Need]]:
    """Return what the recorded calls need, by the role of the function that made them."""
    return {role: set().union(*map(needs, calls)) for role, calls in recorded.calls.items()}


SERVER_ALONE = {
    ("SqsReceiver.receive", "receive_message"),
    ("SqsReceiver.delete", "delete_message"),
    ("S3PartStore.copy", "upload_part_copy"),
}
"""Calls that no function makes: Lambda polls their queue, and no part of theirs is large enough."""


def test_the_scenario_reaches_every_call(recorded: Recorded) -> None:
    """Each function of the package that names a client's method calls it."""
    of_functions = {
        site for site in call_sites() if (site.function, site.operation) not in SERVER_ALONE
    }
    assert of_functions == recorded.sites
    assert {(site.function, site.operation) for site in call_sites() - of_functions} == SERVER_ALONE


def needed(called: AbstractSet[Need], stack: Stack) -> set[Permission]:
    """Return what a function needs in a deployment, without writing where that is switched off.

    Objects, items and secrets under a KMS key are read and written with the key.
    """
    environment = variables(stack)
    writable = stack.parameters["Writable"] == "true"
    key = stack.parameters["KmsKey"]
    with_key = {("kms:Decrypt", key), ("kms:GenerateDataKey", key)} if key else set()
    return with_key | {
        (need.action, arn)
        for need in called
        for variable in [_variable(need)]
        if writable or variable != "DARKROOM_BUCKETS" or need.action in READ_ACTIONS
        for arn in _arns(variable, need.key, environment, stack)
    }


def _variable(need: Need) -> str:
    """Find the variable that names the resource; queues have URLs and topics have ARNs."""
    return VARIABLES[need.resource.rpartition("/")[2].rpartition(":")[2]]


def _arns(variable: str, key: str, environment: Mapping[str, str], stack: Stack) -> Iterable[str]:
    """Return the ARNs of the resources that a variable names in a deployment, if there are any."""
    value = environment[variable]
    match variable:
        case "DARKROOM_BUCKETS":
            names = [entry.get("s3", name) for name, entry in json.loads(value).items()]
        case "DARKROOM_RESULTS_BUCKET":
            names = [value]
        case "DARKROOM_TOPICS":
            return filter(None, stack.parameters["TopicArns"])
        case "DARKROOM_TABLE" if stack.parameters["ExistingTable"]:
            return [f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{value}"]
        case "DARKROOM_TABLE" | "DARKROOM_JOBS_QUEUE" | "DARKROOM_DEAD_LETTER_QUEUE":
            return [value.replace(">", ".Arn>")]
        case _:
            return filter(None, [value])
    return [f"arn:aws:s3:::{name}/{key}".removesuffix("/") for name in names]


def test_roles_grant_what_is_called_and_nothing_else(called: Mapping[str, set[Need]]) -> None:
    """In every deployment, no recorded call is denied and every grant is needed."""

    @in_every_deployment
    def check(stack: Stack) -> None:
        for role in RUNTIME:
            permissions, grants = needed(called[role], stack) | RUNTIME[role], granted(stack, role)
            assert missing_grants(permissions, grants) == set(), role
            assert needless_grants(permissions, grants) == set(), role

    check()


@pytest.mark.parametrize("role", RUNTIME)
def test_a_grant_that_is_removed_is_missed(called: Mapping[str, set[Need]], role: str) -> None:
    """The comparison reports every single grant that is removed."""
    stack = deployment("FurtherBuckets", "TopicArns", "Cdn")
    permissions = needed(called[role], stack) | RUNTIME[role]
    grants = granted(stack, role)
    assert all(missing_grants(permissions, grants - {grant}) for grant in grants)


@pytest.mark.parametrize("role", RUNTIME)
def test_a_grant_that_is_added_is_needless(called: Mapping[str, set[Need]], role: str) -> None:
    """The comparison reports an added action, and an added resource of the same action."""
    stack = deployment("FurtherBuckets", "TopicArns", "Cdn")
    permissions = needed(called[role], stack) | RUNTIME[role]
    grants = granted(stack, role)
    for more in (("s3:PutObjectAcl", "arn:aws:s3:::<Pictures>/*"), ("s3:GetObject", "<Table.Arn>")):
        assert needless_grants(permissions, grants | {more}) == {more}


def test_items_and_prefixes_are_those_of_the_conditions(recorded: Recorded) -> None:
    """Every recorded call satisfies a condition of its role: by leading key, or by prefix.

    A role may not write items of another kind: the persist function changes no settings.
    """
    stack = deployment()
    checked = set()
    for role, calls in recorded.calls.items():
        for call in calls:
            if call.service == "dynamodb":
                item = call.parameters.get("Key") or call.parameters["Item"]
                key, action = item["id"]["S"], f"dynamodb:{call.operation}"
                patterns = conditions(stack, role, action, "<Table.Arn>", "dynamodb:LeadingKeys")
            elif call.operation == "ListObjectsV2" and "results" in call.parameters["Bucket"]:
                key, action = call.parameters["Prefix"], "s3:ListBucket"
                patterns = conditions(stack, role, action, "arn:aws:s3:::<Results>", "s3:prefix")
            else:
                continue
            assert any(key.startswith(each.removesuffix("*")) for each in patterns), call
            checked.add((role, action))
    assert len(checked) >= 7
    written = conditions(stack, "PersistRole", "dynamodb:PutItem", "<Table.Arn>", LEADING_KEYS)
    assert set(written) == {"task#*", "lock#*"}


LEADING_KEYS = "dynamodb:LeadingKeys"


def conditions(stack: Stack, role: str, action: str, resource: str, key: str) -> list[str]:
    """Return the patterns of a condition key in the statements that allow an action."""
    found: list[str] = []
    for statement in statements(stack.properties(role)["Policies"]):
        named = action in listed(statement["Action"]) and resource in listed(statement["Resource"])
        for operator in statement.get("Condition", {}).values() if named else ():
            found += listed(operator.get(key, []))
    return found
