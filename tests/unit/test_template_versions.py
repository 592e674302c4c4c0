"""Requests go to a published version: a new one with whatever changes the function."""

from collections.abc import Iterator
from typing import Any

from tests.deployments import deployment
from tests.stack import template

CONSTANT = {"Events", "Layers", "Role", "VersionDescription"}
"""Properties whose values stay when the stack does, and those looked at on their own."""

LOGS = {"Ref": "ProcessLogs"}


def properties() -> dict[str, Any]:
    """Give the process function's own properties and those of all functions, as written."""
    common = template()["Globals"]["Function"]
    own = template()["Resources"]["ProcessFunction"]["Properties"]
    variables = [given["Environment"]["Variables"] for given in (common, own)]
    return {**common, **own, "Environment": variables}


def computed(value: Any) -> Iterator[Any]:
    """Find the values that are not written out."""
    if isinstance(value, dict) and any(name == "Ref" or name[:4] == "Fn::" for name in value):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from computed(item)


def referred(value: Any) -> set[str]:
    """Name the resources and parameters of a value."""
    if isinstance(value, dict) and "Ref" in value:
        return {value["Ref"]}
    items = value.values() if isinstance(value, dict) else value
    return set().union(*map(referred, items)) if isinstance(value, dict | list) else set()


def test_a_parameter_makes_a_version() -> None:
    """The numbered document holds every value of the function that a deployment computes.

    And no other: a version with nothing new in it is refused.
    """
    document = template()["Resources"]["Configuration"]["Properties"]["Content"]
    content = document["Fn::Join"][1]
    ours = {name: value for name, value in properties().items() if name not in CONSTANT}
    found = [value for value in computed(ours) if value != LOGS]
    assert len(found) > 10
    assert sorted(map(str, content)) == sorted(map(str, found))


def test_a_layer_makes_a_version() -> None:
    """The version's description has the numbers of all layers, and of that document."""
    text, values = properties()["VersionDescription"]["Fn::Sub"]
    assert referred(values) == referred(properties()["Layers"])
    assert {name for name in values if f"${{{name}}}" in text} == values.keys()
    assert "${Configuration}" in text
    assert "Configuration" in template()["Resources"]


def test_snapshots_are_taken_unless_the_deployment_says_no() -> None:
    """And kept of one version only, each of which is published under the name that is asked."""
    for changed, taken in (((), "PublishedVersions"), (("SnapStart",), "None")):
        function = deployment(*changed).properties("ProcessFunction")
        assert function["SnapStart"] == {"ApplyOn": taken}
        assert function["AutoPublishAlias"] == "live"
        assert function["AutoPublishAliasAllProperties"] is True
        assert function["VersionDeletionPolicy"] == "Delete"
