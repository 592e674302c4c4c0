"""CloudFormation's transform of the built template: requests go to a published version."""

import json
import os
import subprocess
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import yaml

from tests.unit.test_template_versions import referred

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
"""The transform of the template by samtranslator, which CloudFormation uses."""


@pytest.fixture
def template(build: Path) -> Any:
    """Read the built template."""
    return yaml.safe_load((build / "template.yaml").read_text())


@pytest.fixture
def transformed(template: Any) -> Any:
    """Return the resources of the transformed template."""
    python = ROOT / os.environ.get("SAM_VENV", ".venv-sam") / "bin/python"
    text = json.dumps(template)
    made = subprocess.run([python, "-c", TRANSFORM], input=text, stdout=PIPE, text=True, check=True)
    return json.loads(made.stdout)["Resources"]


def test_requests_go_to_the_version(transformed: Any) -> None:
    """The API invokes the alias and has the permission; the description names existing layers."""
    (alias,) = (name for name in transformed if name.startswith("ProcessFunctionAlias"))
    (version,) = (name for name in transformed if name.startswith("ProcessFunctionVersion"))
    properties = {name: resource.get("Properties", {}) for name, resource in transformed.items()}
    assert properties[alias]["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert referred(properties["Integration"]["IntegrationUri"]) == {alias}
    assert properties["ApiPermission"]["FunctionName"] == {"Ref": alias}
    assert referred(properties[version]["Description"]) <= transformed.keys()
