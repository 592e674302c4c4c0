"""The emulated AWS and the SAM CLI as child processes, and what a test asks of a stack."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.child_processes import ChildProcess, StartError, free_port, retried
from local.cloudformation import Stack
from tests.stack import PSEUDO_PARAMETERS, template

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


@dataclass(frozen=True, kw_only=True)
class EmulatedAws:
    """A running emulator, and the variables of programs that use it."""

    url: str

    @property
    def variables(self) -> dict[str, str]:
        """Endpoint, credentials and region."""
        return {"AWS_ENDPOINT_URL": self.url, **CREDENTIALS}

    def client(self, service: str, region: str = CREDENTIALS["AWS_DEFAULT_REGION"]) -> Any:
        """Connect to a service."""
        connect: Any = boto3.client
        return connect(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    @cached_property
    def cloudformation(self) -> Any:
        """The client of CloudFormation."""
        return self.client("cloudformation")

    def outputs(self, stack: str) -> dict[str, str]:
        """Return the outputs of a stack."""
        (found,) = self.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        return {entry["OutputKey"]: entry["OutputValue"] for entry in found["Outputs"]}

    def status(self, stack: str) -> str:
        """Return the status of a stack, empty if there is none."""
        try:
            (found,) = self.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        except ClientError:
            return ""
        return str(found["StackStatus"])

    def resources(self, stack: str) -> dict[str, str]:
        """Return the physical ids of a stack's resources by their logical ones."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        return {
            entry["LogicalResourceId"]: entry["PhysicalResourceId"]
            for page in pages
            for entry in page["StackResourceSummaries"]
            if entry["ResourceStatus"] != "DELETE_COMPLETE"
        }

    def reasons(self, stack: str) -> str:
        """Return the reasons of the failures of a stack."""
        events = self.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        return "\n".join(event.get("ResourceStatusReason", "") for event in events)

    def environment(self, function: str) -> dict[str, str]:
        """Return the variables of a function."""
        found = self.client("lambda").get_function_configuration(FunctionName=function)
        variables: dict[str, str] = found["Environment"]["Variables"]
        return variables

    def versions(self, function: str) -> dict[str, str]:
        """Return the published versions of a function, each with its description."""
        found = self.client("lambda").list_versions_by_function(FunctionName=function)["Versions"]
        return {v["Version"]: v["Description"] for v in found if v["Version"] != "$LATEST"}

    def evaluated(self, stack: str, given: Mapping[str, str]) -> Stack:
        """Evaluate the template with the parameters and resources of a stack."""
        resources = self.resources(stack)
        pseudo = {**PSEUDO_PARAMETERS, "AWS::StackName": stack}

        def deployed_value(name: str, attribute: str) -> str:
            if name in pseudo:
                return pseudo[name]
            if attribute:
                return f"<{name}.{attribute}>"
            # SAM adds a digest to the names of layers.
            return next(found for logical, found in resources.items() if logical.startswith(name))

        return Stack(template=template(), given=given, deployed_value=deployed_value)


def ministack_python() -> Path:
    """Return the Python that has ministack and the AWS CLI; raises `StartError` without."""
    python = ROOT / os.environ.get("MINISTACK_VENV", ".venv-ministack") / "bin/python"
    if not python.exists():
        raise StartError(f"{python} is missing: run `make rehearse`")
    return python


@contextmanager
def emulated_aws(log: Path) -> Iterator[EmulatedAws]:
    """Run the emulator until the block ends; raises `StartError` where it is not installed."""
    python = ministack_python()
    port = free_port()
    with log.open("wb") as output:
        process = ChildProcess(
            [python, ROOT / "tests/stacks/emulator.py", str(port)],
            environment={"PATH": os.environ["PATH"], "S3_DATA_DIR": str(log.parent)},
            output=output,
        )
    try:
        aws = EmulatedAws(url=f"http://127.0.0.1:{port}")
        retried(
            lambda: aws.client("sts").get_caller_identity(),
            (BotoCoreError, ClientError),
            seconds=START_SECONDS,
            failure=f"the emulator did not start: see {log}",
        )
        yield aws
    finally:
        process.stop()


@dataclass(frozen=True, kw_only=True)
class Sam:
    """The SAM CLI, in the folder of the project, with a configuration file of its own."""

    aws: EmulatedAws
    folder: Path
    """For configuration files and the packaged template."""

    @property
    def packaged(self) -> Path:
        """The template whose artefacts are uploaded."""
        return self.folder / "packaged.yaml"

    def configuration(self, name: str) -> Path:
        """Return a copy of the example's configuration for one stack, made at the first call."""
        path = self.folder / f"{name}.toml"
        if not path.exists():
            text = (ROOT / "samconfig.example.toml").read_text()
            path.write_text(text.replace('"darkroom"', f'"{name}"'))
        return path

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command with an input."""
        venv = ROOT / os.environ.get("SAM_VENV", ".venv-sam") / "bin"
        if not (venv / "sam").exists():
            raise StartError(f"{venv}/sam is missing: run `make build`")
        return subprocess.run(
            [venv / "sam", *arguments],
            cwd=ROOT,
            env={
                "PATH": f"{venv}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "SAM_CLI_TELEMETRY": "0",
                "SAM_CLI_POLL_DELAY": "0.5",
                **self.aws.variables,
            },
            input=typed,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def deploy(
        self,
        stack: str,
        *arguments: str,
        given: Mapping[str, str] | None = None,
        source: Path | None = None,
        typed: str = "y\n",
    ) -> subprocess.CompletedProcess[str]:
        """Deploy the packaged template, or another one, with parameters for this time only."""
        overrides = [f"{name}={value}" for name, value in (given or {}).items()]
        return self.run(
            "deploy",
            *("--config-file", str(self.configuration(stack))),
            *("--template-file", str(source or self.packaged)),
            *arguments,
            *(["--parameter-overrides", *overrides] if overrides else []),
            typed=typed,
        )

    def created(self, stack: str, **given: str) -> dict[str, str]:
        """Deploy, which must succeed, and return the outputs."""
        done = self.deploy(stack, given=given)
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{self.aws.reasons(stack)[-2000:]}"
        return self.aws.outputs(stack)
