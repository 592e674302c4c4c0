"""docs/deploy.md and docs/operate.md followed word by word, their commands run by a shell."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stores import gradient
from tests.stacks.emulated_aws import ROOT, EmulatedAws, Sam
from tests.stacks.manual import Command, commands
from tests.stacks.test_addresses import answers, request_certificate, validate

STACK = "darkroom"
LAST = "Teardown"

NOT_RUN = {
    "make build": "the build is there",
    "make redrive": "the line before it is the same",
    "curl": "the emulator has no API Gateway; tests/stacks/test_events.py sends the requests",
    "DARKROOM_ACCESS_KEY_ID": "the same",
    ".venv/bin/python -m tools.cost": "tests/unit/test_deploy_manual.py",
}
"""Beginnings of commands that are not run, and why."""

FIRST_FAILURE = "If the first deployment fails"
"""A section that tests/stacks/test_addresses.py follows."""


class Operator:
    """Somebody in a clone of the project, with the programs that the manual asks for."""

    def __init__(self, aws: EmulatedAws, sam: Sam, folder: Path) -> None:
        """Link what a clone has; the configuration is a copy, as `make build` makes it."""
        self.aws, self.folder = aws, folder
        venvs = {
            ".venv-sam": os.environ.get("SAM_VENV", ".venv-sam"),
            ".venv-ministack": os.environ.get("MINISTACK_VENV", ".venv-ministack"),
        }
        for name, path in {**venvs, "tools": "tools", "layers": "layers"}.items():
            (folder / name).symlink_to(ROOT / path)
        (folder / ".venv").symlink_to(sys.prefix)
        text = sam.configuration(STACK).read_text()
        # Packaged already: each deployment of the build would compress its layers again.
        (folder / "samconfig.toml").write_text(f'{text}template_file = "{sam.packaged}"\n')
        (folder / "photo.jpg").write_bytes(gradient())

    def run(self, text: str, typed: str = "") -> str:
        """Run a command in a shell; it must succeed."""
        path = f"{self.folder}/.venv-ministack/bin:{self.folder}/.venv-sam/bin:{os.environ['PATH']}"
        environment = {
            "PATH": path,
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT / "layers/darkroom"),
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
            **self.aws.variables,
        }
        done = subprocess.run(
            ["/bin/sh", "-ec", text],
            cwd=self.folder,
            env=environment,
            input=typed,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout[-3000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def operator(aws: EmulatedAws, sam: Sam, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """Begin where there is no stack."""
    if aws.status(STACK) not in {"", "DELETE_COMPLETE"}:
        done = sam.run("delete", "--config-file", str(sam.configuration(STACK)), "--no-prompts")
        assert done.returncode == 0, done.stdout
    return Operator(aws, sam, tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="module")
def values(aws: EmulatedAws, operator: Operator) -> dict[str, str]:
    """Follow the page to the end of the deployment; return the values of its places."""
    (guide,) = (c for c in commands("deploy.md") if c.text.endswith("sam deploy --guided"))
    operator.run(guide.text, answers({"Cdn": "optional"}))
    assert aws.status(STACK) == "CREATE_COMPLETE"
    further = {
        "bucket": aws.outputs(STACK)["Bucket"],
        "region": "eu-west-1",
        "certificate": "arn:aws:acm:eu-west-1:123456789012:certificate/further",
    }
    return {**aws.outputs(STACK), **further}


def run_all(
    operator: Operator, chosen: Callable[[Command], bool], page: str, values: dict[str, str]
) -> int:
    """Run the chosen commands of a page in their order; return their number."""
    number = 0
    for command in commands(page):
        skipped = command.text.startswith(tuple(NOT_RUN)) or command.section == FIRST_FAILURE
        if skipped or not chosen(command) or command.text.endswith("--guided"):
            continue
        if " acm " in command.text:
            prepare_certificate(operator.aws, command, values)
        if "<its VersionId>" in command.text:
            values["its VersionId"] = previous_version(operator.aws, values["OriginSecret"])
        number += 1
        operator.run(command.filled(values), typed="y\ny\ny\n")
    return number


def prepare_certificate(aws: EmulatedAws, command: Command, values: dict[str, str]) -> None:
    """Have certificates to describe and to wait for, and their records in the zone."""
    if "request-certificate" in command.text:
        return
    name = "CdnCertificate" if "us-east-1" in command.text else "Certificate"
    if name not in values:
        values[name] = request_certificate(aws, "us-east-1" if "Cdn" in name else "eu-west-1")
        made = aws.client("route53").create_hosted_zone(Name="example.com", CallerReference=name)
        validate(aws, made["HostedZone"]["Id"].rpartition("/")[2], values[name])


def previous_version(aws: EmulatedAws, secret: str) -> str:
    """Return the id of the version with AWSPREVIOUS."""
    versions: list[Any] = aws.client("secretsmanager").list_secret_version_ids(SecretId=secret)[
        "Versions"
    ]
    (found,) = (v["VersionId"] for v in versions if "AWSPREVIOUS" in v["VersionStages"])
    return str(found)


def test_the_page_of_the_deployment(operator: Operator, values: dict[str, str]) -> None:
    """Every command up to the teardown succeeds; the keys of the page are in the secret."""
    ran = run_all(operator, lambda command: command.section != LAST, "deploy.md", values)
    assert ran >= 15
    secret = operator.aws.client("secretsmanager").get_secret_value(SecretId=values["KeysSecret"])
    (key,) = json.loads(secret["SecretString"])
    assert (key["id"], len(key["secret"])) == ("editors", 48)


def test_the_page_of_the_operation(operator: Operator, values: dict[str, str]) -> None:
    """Every command succeeds on the deployed stack."""
    assert run_all(operator, lambda _: True, "operate.md", values) >= 6


def test_the_teardown_leaves_nothing(operator: Operator, values: dict[str, str]) -> None:
    """After the last section, stack, buckets, secret and table are gone."""
    assert run_all(operator, lambda command: command.section == LAST, "deploy.md", values) >= 8
    aws = operator.aws
    assert aws.status(STACK) in {"", "DELETE_COMPLETE"}
    buckets = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
    assert not buckets & {values["Bucket"], values["ResultsBucket"]}
    assert values["Table"] not in aws.client("dynamodb").list_tables()["TableNames"]
    secrets = aws.client("secretsmanager").list_secrets()["SecretList"]
    assert values["KeysSecret"] not in {secret["Name"] for secret in secrets}
