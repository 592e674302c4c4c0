"""The image, its compose file and its template, as data: neither Docker nor AWS is needed."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.cloudformation import read_template
from tests.stack import template
from tools import container_requirements

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
PACKAGE = ROOT / "layers/darkroom/darkroom"

OF_PYTHON_AND_AWS = re.compile(r"AWS_\w+|PYTHON\w+|MALLOC_ARENA_MAX|HOST|PORT")
"""Variables that others than Darkroom read, and those of the command line."""


@cache
def container_template() -> Mapping[str, Any]:
    """Return the template, unevaluated."""
    return read_template(ROOT / "template-container.yaml")


def resource(name: str) -> Mapping[str, Any]:
    """Return the properties of a resource."""
    found: Mapping[str, Any] = container_template()["Resources"][name]["Properties"]
    return found


def container() -> Mapping[str, Any]:
    """Return the container of a task."""
    (found,) = resource("TaskDefinition")["ContainerDefinitions"]
    return dict(found)


def environment() -> Mapping[str, Any]:
    """Return the variables of a task."""
    return {each["Name"]: each["Value"] for each in container()["Environment"]}


def image_environment() -> Mapping[str, str]:
    """Return the variables that the image sets."""
    block = re.search(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    assert block
    return dict(word.split("=", 1) for word in block[1].replace("\\\n", " ").split())


@cache
def known_variables() -> frozenset[str]:
    """Return the variables that the package reads."""
    sources = (PACKAGE / "settings.py", PACKAGE / "server/options.py")
    found = (re.findall(r'"(DARKROOM_\w+)"', path.read_text()) for path in sources)
    return frozenset(name for names in found for name in names)


@pytest.mark.parametrize("where", ["image", "task", "compose"])
def test_each_variable_is_read(where: str) -> None:
    """A misspelt name would have no effect."""
    names: Mapping[str, Any] = {
        "image": image_environment(),
        "task": environment(),
        "compose": COMPOSE["services"]["darkroom"]["environment"],
    }[where]
    unknown = {name for name in names if not OF_PYTHON_AND_AWS.fullmatch(name)} - known_variables()
    assert names
    assert unknown == set()


def test_the_template_is_valid() -> None:
    """cfn-lint has no complaint."""
    linter = Path(sys.executable).with_name("cfn-lint")
    command = [str(linter), str(ROOT / "template-container.yaml")]
    if not linter.exists():
        command = [sys.executable, "-c", "from cfnlint.runner import main; main()", command[1]]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout) == (0, ""), finished.stdout


def test_a_task_has_no_more_rights_than_it_needs() -> None:
    """No root, nothing to write but the two volumes, no capabilities."""
    task = container()
    assert task["User"] == re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)[0] == "10001"
    assert task["ReadonlyRootFilesystem"] is True
    assert task["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    volumes = {each["Name"] for each in resource("TaskDefinition")["Volumes"]}
    mounted = {each["SourceVolume"]: each["ContainerPath"] for each in task["MountPoints"]}
    assert mounted.keys() == volumes
    assert mounted["spool"] == image_environment()["DARKROOM_SPOOL"]
    service = COMPOSE["services"]["darkroom"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert f"spool:{mounted['spool']}" in service["volumes"]


def test_ports_and_health_checks_agree() -> None:
    """Of the image, the task and the load balancer."""
    image = image_environment()
    ports = [str(each["ContainerPort"]) for each in container()["PortMappings"]]
    assert ports == [image["PORT"], image["DARKROOM_MANAGEMENT_PORT"]]
    target = resource("TargetGroup")
    assert [str(target["Port"]), target["HealthCheckPort"]] == ports
    assert environment()["DARKROOM_MANAGEMENT_PORT"] == ports[1]
    address = f"http://127.0.0.1:{ports[1]}{target['HealthCheckPath']}"
    assert address in container()["HealthCheck"]["Command"][-1]
    assert address in DOCKERFILE
    (allowed,) = resource("TaskGroup")["SecurityGroupIngress"]
    assert [str(allowed["FromPort"]), str(allowed["ToPort"])] == ports


def test_times_are_in_their_order() -> None:
    """The load balancer closes first; a stopped task has the time for its requests."""
    idle = {
        each["Key"]: each["Value"] for each in resource("LoadBalancer")["LoadBalancerAttributes"]
    }
    assert int(idle["idle_timeout.timeout_seconds"]) < int(environment()["DARKROOM_IDLE_TIMEOUT"])
    drain = int(environment()["DARKROOM_DRAIN_TIMEOUT"])
    assert drain < container()["StopTimeout"] <= 120
    assert int(COMPOSE["services"]["darkroom"]["stop_grace_period"].removesuffix("s")) > 30


def allowed_actions(policies: Any) -> dict[str, set[str]]:
    """Return the actions by the service that has them, for every branch of the policies."""
    found: dict[str, set[str]] = {}
    for service, action in re.findall(r'"([a-z0-9]+):([A-Z]\w+)"', json.dumps(policies)):
        found.setdefault(service, set()).add(action)
    return found


def test_a_task_may_do_what_the_functions_may() -> None:
    """And receive jobs; X-Ray, KMS and SNS are for the functions alone."""
    roles = ("ProcessRole", "PersistRole")
    functions: dict[str, set[str]] = {}
    for role in roles:
        policies = template()["Resources"][role]["Properties"]["Policies"]
        for service, actions in allowed_actions(policies).items():
            functions.setdefault(service, set()).update(actions)
    task = allowed_actions(resource("TaskRole")["Policies"])
    for service in ("s3", "dynamodb", "secretsmanager"):
        assert task[service] == functions[service], service
    assert task["sqs"] >= {"SendMessage", "ReceiveMessage", "DeleteMessage"}
    assert task.keys() == {"s3", "dynamodb", "secretsmanager", "sqs"}


def test_the_image_has_the_packages_of_the_project() -> None:
    """In their versions, each with the hash of a file for either processor."""
    text = container_requirements.TARGET.read_text()
    assert container_requirements.versions_in(container_requirements.TARGET) == (
        container_requirements.pinned()
    )
    for entry in text.split("\n\n"):
        for block in re.split(r"\n(?=\S)", entry):
            if "==" in block:
                assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
    assert "--require-hashes" in DOCKERFILE


def test_the_image_contains_the_parts_of_a_function() -> None:
    """The package with the engine, and the fonts where a function has them."""
    copied = re.findall(r"^COPY (?:--from=\S+ )?(\S+) (\S+)$", DOCKERFILE, re.MULTILINE)
    assert ("layers/fonts/fonts", "/opt/fonts") in copied
    assert ("layers/darkroom/darkroom", "/opt/darkroom/darkroom") in copied
    for source, _ in copied:
        if not source.startswith("/"):
            assert (ROOT / source).exists(), source
            assert f"!{source.split('/')[0]}" in (ROOT / ".dockerignore").read_text()
