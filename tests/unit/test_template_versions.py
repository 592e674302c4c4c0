"""Requests go to a published version; every change of the function publishes a new one."""

from collections.abc import Iterator
from typing import Any

from tests.deployments import deployment
from tests.stack import template

CONSTANT = {"Events", "Layers", "ReservedConcurrentExecutions", "Role", "VersionDescription"}
"""Properties without computed values, of no version, and those that have a test of their own."""

LOGS = {"Ref": "ProcessLogs"}


def properties() -> dict[str, Any]:
    """Return the process function's properties merged with those of `Globals`."""
    common = template()["Globals"]["Function"]
    own = template()["Resources"]["ProcessFunction"]["Properties"]
    variables = [given["Environment"]["Variables"] for given in (common, own)]
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


def test_a_changed_parameter_publishes_a_version() -> None:
    """The configuration document contains every computed value of the function.

    It contains no other value: Lambda refuses a version without a change.
    """
    document = template()["Resources"]["Configuration"]["Properties"]["Content"]
    content = document["Fn::Join"][1]
    ours = {name: value for name, value in properties().items() if name not in CONSTANT}
    found = [value for value in computed(ours) if value != LOGS]
    assert len(found) > 10
    assert sorted(map(str, content)) == sorted(map(str, found))


def test_a_changed_layer_publishes_a_version() -> None:
    """The version's description has the numbers of all layers and of the configuration document."""
    text, values = properties()["VersionDescription"]["Fn::Sub"]
    assert referred(values) == referred(properties()["Layers"])
    assert {name for name in values if f"${{{name}}}" in text} == values.keys()
    assert "${Configuration}" in text
    assert "Configuration" in template()["Resources"]


def test_snapshots_are_taken_unless_disabled() -> None:
    """The alias `live` is published; older versions are deleted."""
    for changed, taken in (((), "PublishedVersions"), (("SnapStart",), "None")):
        function = deployment(*changed).properties("ProcessFunction")
        assert function["SnapStart"] == {"ApplyOn": taken}
        assert function["AutoPublishAlias"] == "live"
        assert function["AutoPublishAliasAllProperties"] is True
        assert function["VersionDeletionPolicy"] == "Delete"
