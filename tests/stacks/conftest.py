"""Fixtures: an emulated AWS, and the SAM CLI with the artefacts of the build uploaded to it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import available, build, tools  # noqa: F401 - fixtures
from tests.stacks.emulated_aws import EmulatedAws, Sam, emulated_aws


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    """Start the emulated AWS."""
    with available(), emulated_aws(tmp_path_factory.mktemp("ministack") / "log") as running:
        yield running


@pytest.fixture(scope="session")
def sam(
    aws: EmulatedAws,
    build: Path,  # noqa: F811 - the fixture
    tmp_path_factory: pytest.TempPathFactory,
) -> Sam:
    """Return the SAM CLI after `sam deploy` of the build with all defaults as stack `darkroom`.

    Other stacks are deployed from the template with uploaded artefacts that this one was made of.
    """
    assert build.is_dir()
    made = Sam(aws=aws, folder=tmp_path_factory.mktemp("sam"))
    with available():
        configuration = str(made.configuration("darkroom"))
        done = made.run("deploy", "--config-file", configuration, typed="y\n")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Successfully created/updated stack" in done.stdout
    original = aws.cloudformation.get_template(StackName="darkroom", TemplateStage="Original")
    body = original["TemplateBody"]
    made.packaged.write_text(body if isinstance(body, str) else json.dumps(body))
    return made
