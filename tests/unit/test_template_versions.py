"""Requests and jobs go to published versions; every change of a function publishes a new one."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.cloudformation import function_properties
from tests.deployments import deployment
from tests.stack import template

CONSTANT = {"Events", "Layers", "ReservedConcurrentExecutions", "Role", "VersionDescription"}
"""Properties without computed values, of no version, and those that have a test of their own."""

DOCUMENTS = {"ProcessFunction": "Configuration", "PersistFunction": "JobsConfiguration"}
"""The document of each function's computed values."""

TEMPLATES = {"ProcessFunction": (1, "7022bb4c77"), "PersistFunction": (1, "979b47dc24")}
"""The number in each function's description, and the digest of its properties with that number."""

NOT_IN_THE_DIGEST = {"CodeUri", "Description", "Events", "VersionDescription"}
"""What SAM adds later, or makes resources of."""

functions = pytest.mark.parametrize("function", DOCUMENTS)


def properties(function: str) -> dict[str, Any]:
    """Return a function's properties merged with those of `Globals`."""
    common = template()["Globals"]["Function"]
    own = template()["Resources"][function]["Properties"]
    variables = [given.get("Environment", {}).get("Variables", {}) for given in (common, own)]
    return {**common, **own, "Environment": variables}


def computed(value: Any) -> Iterator[Any]:
    """Yield the intrinsic functions in a value."""
    if isinstance(value, dict) and any(name == "Ref" or name[:4] == "Fn::" for name in value):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from computed(item)


def referred(value: Any) -> set[str]:
    """Return the names of the resources and parameters in a value."""
    if isinstance(value, dict) and "Ref" in value:
        return {value["Ref"]}
    items = value.values() if isinstance(value, dict) else value
    return set().union(*map(referred, items)) if isinstance(value, dict | list) else set()


@functions
def test_a_changed_parameter_publishes_a_version(function: str) -> None:
    """The configuration document contains every computed value of the function.

    It contains no other value: Lambda refuses a version without a change.
    """
    document = template()["Resources"][DOCUMENTS[function]]["Properties"]["Content"]
    content = document["Fn::Join"][1]
    ours = {name: value for name, value in properties(function).items() if name not in CONSTANT}
    logs = {"Ref": function.replace("Function", "Logs")}
    found = [value for value in computed(ours) if value != logs]
    assert len(found) > 10
    assert sorted(map(str, content)) == sorted(map(str, found))


@functions
def test_a_changed_layer_publishes_a_version(function: str) -> None:
    """The version's description has the numbers of all layers and of the configuration document."""
    text, values = properties(function)["VersionDescription"]["Fn::Sub"]
    assert referred(values) == referred(properties(function)["Layers"])
    assert {name for name in values if f"${{{name}}}" in text} == values.keys()
    assert f"${{{DOCUMENTS[function]}.VersionNumber}}" in text
    assert DOCUMENTS[function] in template()["Resources"]


@functions
def test_a_changed_template_publishes_a_version(function: str) -> None:
    """The number in the function's description increases with every change of the function's text.

    SAM publishes a version for a changed text. Lambda refuses one that equals the version before
    it, as where only the spelling changes; the number is part of the function.
    """
    digest = digest_of(function)
    number = template_number(function)
    assert (number, digest) == TEMPLATES[function], (
        f"{function} has changed: increase the number of its Description, and write "
        f"{(number + (digest != TEMPLATES[function][1]), digest)} into TEMPLATES"
    )


def template_number(function: str) -> int:
    """Return the number in the description of a function, which is that of its versions."""
    described = properties(function)["Description"]
    found = re.search(r"\(template (\d+)\)$", described)
    assert found, described
    return int(found[1])


def digest_of(function: str) -> str:
    """Digest what is written in the template for a function, as SAM does."""
    written = function_properties(template(), function)
    kept = {n: value for n, value in written.items() if n not in NOT_IN_THE_DIGEST}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:10]


@functions
def test_every_property_is_part_of_a_version(function: str) -> None:
    """SAM publishes a version for each changed text, not for those of the environment alone."""
    assert properties(function)["AutoPublishAliasAllProperties"] is True


def test_snapshots_are_taken_unless_disabled() -> None:
    """The alias `live` is published; older versions are deleted."""
    for changed, taken in (((), "PublishedVersions"), (("SnapStart",), "None")):
        function = deployment(*changed).properties("ProcessFunction")
        assert function["SnapStart"] == {"ApplyOn": taken}
        assert function["AutoPublishAlias"] == "live"
        assert function["VersionDeletionPolicy"] == "Delete"


def test_jobs_go_to_a_published_version_without_a_snapshot() -> None:
    """An update replaces code and layers at once, with the alias; a snapshot would cost $16."""
    function = deployment().properties("PersistFunction")
    assert function["AutoPublishAlias"] == "live"
    assert function["VersionDeletionPolicy"] == "Delete"
    assert "SnapStart" not in function


def test_a_snapshot_is_used_every_day() -> None:
    """Lambda gives up the snapshot of a version that is not invoked for 14 days."""
    stack = deployment()
    rule = stack.properties("DailyInvocation")
    assert rule["ScheduleExpression"] == "rate(1 day)"
    (target,) = rule["Targets"]
    permission = stack.properties("DailyInvocationPermission")
    assert target["Arn"] == permission["FunctionName"] == "<ProcessFunction.Alias>"
    assert permission["SourceArn"] == "<DailyInvocation.Arn>"
    without = deployment("SnapStart").names
    assert not {"DailyInvocation", "DailyInvocationPermission"} & without
