"""Requests go to a published version: a new one with whatever changes the function."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]

TRANSFORM = """
import json, sys
from boto3 import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

template = json.load(sys.stdin)
for resource in template["Resources"].values():
    for name in resource.get("Properties", {}).keys() & {"CodeUri", "ContentUri"}:
        resource["Properties"][name] = "s3://uploaded/" + name
made = Translator({}, Parser(), None, Session(region_name="us-east-1")).translate(template, {})
json.dump(made, sys.stdout)
"""
"""What CloudFormation does to the template, by the program that does it."""

CONSTANT = {"Events", "Layers", "Role", "VersionDescription"}
"""Properties whose values stay when the stack does, and those looked at on their own."""

LOGS = {"Ref": "ProcessLogs"}


@pytest.fixture
def template(build: Path) -> Any:
    """Read what was built."""
    return yaml.safe_load((build / "template.yaml").read_text())


@pytest.fixture
def properties(template: Any) -> dict[str, Any]:
    """Give the process function's own properties and those of all functions."""
    common = template["Globals"]["Function"]
    own = template["Resources"]["ProcessFunction"]["Properties"]
    variables = [given.get("Environment", {}).get("Variables", {}) for given in (common, own)]
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


def test_a_parameter_makes_a_version(template: Any, properties: dict[str, Any]) -> None:
    """The numbered document holds every value of the function that a deployment computes.

    And no other: a version with nothing new in it is refused.
    """
    content = template["Resources"]["Configuration"]["Properties"]["Content"]["Fn::Join"][1]
    ours = {name: value for name, value in properties.items() if name not in CONSTANT}
    found = [value for value in computed(ours) if value != LOGS]
    assert len(found) > 10
    assert sorted(map(str, content)) == sorted(map(str, found))


def test_a_layer_makes_a_version(template: Any, properties: dict[str, Any]) -> None:
    """The version's description has the numbers of all layers, and of that document."""
    text, values = properties["VersionDescription"]["Fn::Sub"]
    assert referred(values) == referred(properties["Layers"])
    assert {name for name in values if f"${{{name}}}" in text} == values.keys()
    assert "${Configuration}" in text
    assert "Configuration" in template["Resources"]


def test_snapshots(template: Any, properties: dict[str, Any]) -> None:
    """They are taken unless the deployment says no, and kept of one version only."""
    parameter = template["Parameters"]["SnapStart"]
    assert properties["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
    assert parameter["Default"] == "PublishedVersions"
    assert parameter["AllowedValues"] == ["PublishedVersions", "None"]
    assert properties["AutoPublishAlias"] == "live"
    assert properties["VersionDeletionPolicy"] == "Delete"


@pytest.fixture
def transformed(template: Any) -> Any:
    """Give the resources that are made of the template."""
    python = ROOT / os.environ.get("SAM_VENV", ".venv-sam") / "bin/python"
    text = json.dumps(template)
    made = subprocess.run([python, "-c", TRANSFORM], input=text, stdout=PIPE, text=True, check=True)
    return json.loads(made.stdout)["Resources"]


def test_requests_go_to_the_version(transformed: Any) -> None:
    """The API invokes its alias and may do so, and the description names layers that are there."""
    (alias,) = (name for name in transformed if name.startswith("ProcessFunctionAlias"))
    (version,) = (name for name in transformed if name.startswith("ProcessFunctionVersion"))
    properties = {name: resource.get("Properties", {}) for name, resource in transformed.items()}
    assert properties[alias]["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert referred(properties["Integration"]["IntegrationUri"]) == {alias}
    assert properties["ApiPermission"]["FunctionName"] == {"Ref": alias}
    assert referred(properties[version]["Description"]) <= transformed.keys()
