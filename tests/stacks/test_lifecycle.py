"""One stack from its first deployment to its deletion, by the commands of docs/deploy.md."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.deployments import EXAMPLES
from tests.stack import stack_with, template
from tests.stacks.emulated_aws import ROOT, EmulatedAws, Sam

STACK = "darkroom"
PROCESS, PERSIST = "ProcessFunction", "PersistFunction"
RETAINED = {"Pictures", "Results", "Keys", "Table"}


def test_the_build_is_deployed_with_all_defaults(aws: EmulatedAws, sam: Sam) -> None:
    """`sam deploy` of the build creates the resources and outputs of the template."""
    assert sam.packaged.exists()
    evaluated = stack_with({})
    assert aws.outputs(STACK).keys() == evaluated.outputs.keys()
    created = aws.resources(STACK)
    renamed = {name for name in evaluated.names if name.endswith("Layer")}  # SAM adds a hash.
    assert created.keys() >= evaluated.names - renamed
    assert created[f"{PERSIST}Jobs"] == aws.outputs(STACK)["JobsEventSource"]


@pytest.mark.parametrize("function", [PROCESS, PERSIST])
@pytest.mark.usefixtures("sam")
def test_a_function_has_the_variables_of_the_template(function: str, aws: EmulatedAws) -> None:
    """Every variable is a text, with the names of the created resources."""
    expected = aws.evaluated(STACK, {}).properties(function).get("Environment", {})
    common = aws.evaluated(STACK, {}).resolved(
        template()["Globals"]["Function"]["Environment"]["Variables"]
    )
    found = aws.environment(aws.outputs(STACK)[function])
    assert found == {**common, **expected.get("Variables", {})}
    assert all(isinstance(value, str) for value in found.values())


def test_the_same_again_changes_nothing(aws: EmulatedAws, sam: Sam) -> None:
    """A deployment without a change succeeds and publishes no version."""
    before = aws.versions(aws.outputs(STACK)[PROCESS])
    done = sam.deploy(STACK)
    assert (done.returncode, "No changes to deploy" in done.stdout) == (0, True), done.stdout
    assert aws.versions(aws.outputs(STACK)[PROCESS]) == before


UPDATES: list[tuple[dict[str, str], str, list[str]]] = [
    ({"AutoOrient": "false"}, "DARKROOM_AUTO_ORIENT", [PROCESS, PERSIST]),
    ({"MemorySize": "2048"}, "", [PROCESS]),
    ({"JobsMemorySize": "2048"}, "", [PERSIST]),
    (
        {"Writable": "false", "LogRetentionDays": "7", "AlarmTopic": EXAMPLES["AlarmTopic"]},
        "",
        [],
    ),
]
"""Parameters, a variable that follows, and the functions of which a version is published."""


@pytest.mark.parametrize(("given", "variable", "published"), UPDATES, ids=str)
def test_a_version_is_published_when_the_function_changes(
    given: dict[str, str], variable: str, published: list[str], aws: EmulatedAws, sam: Sam
) -> None:
    """And not otherwise; the version before it is deleted."""
    outputs = aws.outputs(STACK)
    before = {name: aws.versions(outputs[name]) for name in (PROCESS, PERSIST)}
    environment = aws.environment(outputs[PROCESS]).get(variable)
    sam.created(STACK, **given)
    after = {name: aws.versions(outputs[name]) for name in (PROCESS, PERSIST)}
    assert [name for name in before if before[name] != after[name]] == published
    assert {len(versions) for versions in after.values()} == {1}
    if variable:
        assert aws.environment(outputs[PROCESS])[variable] != environment


def changed_template(sam: Sam, change: Callable[[str], str]) -> Path:
    """Write the packaged template with a changed text."""
    text = sam.packaged.read_text()
    path = sam.folder / "changed.yaml"
    path.write_text(change(text))
    assert path.read_text() != text
    return path


def respelled(text: str) -> str:
    """Return a template with another text of equal value in both functions."""
    written = "DARKROOM_AUTO_ORIENT:\n          Ref: AutoOrient"
    return text.replace(written, "DARKROOM_AUTO_ORIENT:\n          Fn::Sub: ${AutoOrient}")


def numbered(text: str) -> str:
    """Return a template with the next number in the descriptions of the functions."""
    return re.sub(r"\(template\s+(\d+)\)", lambda found: f"(template {int(found[1]) + 1})", text)


def respelled_and_numbered(text: str) -> str:
    """Return a template with both changes."""
    return numbered(respelled(text))


def test_a_changed_template_needs_its_number(aws: EmulatedAws, sam: Sam) -> None:
    """Lambda refuses a version that equals the one before it; with the number, none does."""
    name = aws.outputs(STACK)[PROCESS]
    before = aws.versions(name)
    refused = sam.deploy(STACK, source=changed_template(sam, respelled))
    assert refused.returncode != 0
    assert "A version for this Lambda function exists" in aws.reasons(STACK)
    assert aws.versions(name) == before
    done = sam.deploy(STACK, source=changed_template(sam, respelled_and_numbered))
    assert done.returncode == 0, done.stdout[-3000:]
    assert aws.versions(name) != before


def test_the_previous_version_is_deployed_again(aws: EmulatedAws, sam: Sam) -> None:
    """A rollback by the manual: the former template and build, with the same parameters."""
    name = aws.outputs(STACK)[PROCESS]
    before, environment = aws.versions(name), aws.environment(name)
    done = sam.deploy(STACK)
    assert done.returncode == 0, done.stdout[-3000:]
    assert aws.versions(name).keys() != before.keys()
    assert aws.environment(name) == environment


def test_an_update_that_fails_is_taken_back(aws: EmulatedAws, sam: Sam) -> None:
    """Memory over the quota fails after other changes; all of them are reverted."""
    before = (aws.outputs(STACK), aws.environment(aws.outputs(STACK)[PROCESS]))
    given = {"JobsMemorySize": "4096", "AutoOrient": "true", "ObjectEvents": "true"}
    done = sam.deploy(STACK, given=given)
    assert done.returncode != 0
    assert aws.status(STACK) == "UPDATE_ROLLBACK_COMPLETE"
    assert "'MemorySize' value failed to satisfy constraint" in aws.reasons(STACK)
    assert (aws.outputs(STACK), aws.environment(aws.outputs(STACK)[PROCESS])) == before
    assert "ObjectCreated" not in aws.resources(STACK)
    sam.created(STACK, ObjectEvents="true")
    assert "ObjectCreated" in aws.resources(STACK)


def test_keys_are_kept_by_an_update(aws: EmulatedAws, sam: Sam) -> None:
    """The value that an operator put into the secret is not overwritten."""
    secrets, secret = aws.client("secretsmanager"), aws.outputs(STACK)["KeysSecret"]
    keys = json.dumps([{"id": "editors", "secret": "s", "buckets": ["*"], "permissions": ["read"]}])
    secrets.put_secret_value(SecretId=secret, SecretString=keys)
    sam.created(STACK, Writable="true")
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == keys


def test_the_deletion_leaves_what_the_manual_names(aws: EmulatedAws, sam: Sam) -> None:
    """Buckets, secret and table remain, and no other resource of the template."""
    resources = aws.resources(STACK)
    done = sam.run("delete", "--config-file", str(sam.configuration(STACK)), "--no-prompts")
    assert done.returncode == 0, done.stdout
    assert aws.status(STACK) in {"", "DELETE_COMPLETE"}
    assert remaining(aws, resources) == {resources[name] for name in RETAINED}


def remaining(aws: EmulatedAws, resources: Mapping[str, str]) -> set[str]:
    """Return what exists of a stack's resources, or has its name, and is not SAM's."""
    own = re.compile(rf"(.*/)?{STACK}([-/].*)?")
    return {name for name in existing(aws) if name in {*resources.values()} or own.fullmatch(name)}


def existing(aws: EmulatedAws) -> set[str]:
    """Return the names of everything in the account that a stack of the template can create."""
    functions = aws.client("lambda")
    return {
        *(b["Name"] for b in aws.client("s3").list_buckets()["Buckets"]),
        *aws.client("dynamodb").list_tables()["TableNames"],
        *(s["Name"] for s in aws.client("secretsmanager").list_secrets()["SecretList"]),
        *(f["FunctionName"] for f in functions.list_functions()["Functions"]),
        *(layer["LayerName"] for layer in functions.list_layers()["Layers"]),
        *aws.client("sqs").list_queues().get("QueueUrls", []),
        *(a["ApiId"] for a in aws.client("apigatewayv2").get_apis()["Items"]),
        *(g["logGroupName"] for g in aws.client("logs").describe_log_groups()["logGroups"]),
        *(a["AlarmName"] for a in aws.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        *(
            d["DashboardName"]
            for d in aws.client("cloudwatch").list_dashboards()["DashboardEntries"]
        ),
        *(r["RoleName"] for r in aws.client("iam").list_roles()["Roles"]),
        *(r["Name"] for r in aws.client("events").list_rules()["Rules"]),
        *(a["Id"] for a in aws.client("appconfig").list_applications()["Items"]),
    }


def test_what_remained_is_taken_up_by_a_new_stack(aws: EmulatedAws, sam: Sam) -> None:
    """Existing buckets, table and secret are used, and remain when the new stack is deleted."""
    left = remaining(aws, {})
    pictures, results, table, name = (
        next(each for each in left if f"-{kind}-" in each)
        for kind in ("pictures", "results", "Table", "Keys")
    )
    secret = aws.client("secretsmanager").describe_secret(SecretId=name)["ARN"]
    given = {
        "ExistingBucket": pictures,
        "ExistingResultsBucket": results,
        "ExistingTable": table,
        "ExistingKeysSecret": secret,
    }
    outputs = sam.created("again", **given)
    names = (outputs["Bucket"], outputs["ResultsBucket"], outputs["Table"], outputs["KeysSecret"])
    assert names == tuple(given.values())
    variables = aws.environment(outputs[PROCESS])
    assert variables["DARKROOM_TABLE"] == table
    assert json.loads(variables["DARKROOM_BUCKETS"])["pictures"]["s3"] == pictures
    assert not RETAINED & aws.resources("again").keys()
    sam.run("delete", "--config-file", str(sam.configuration("again")), "--no-prompts")
    assert remaining(aws, {}) == left


def test_the_example_configuration_is_a_copy_of_no_stack() -> None:
    """Artefacts have the stack's name as prefix: nothing in the file says otherwise."""
    assert "s3_prefix" not in (ROOT / "samconfig.example.toml").read_text()
