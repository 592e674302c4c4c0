"""docs/deploy.md knows everything that can be configured."""

import re
from pathlib import Path

import pytest

from darkroom import settings

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/deploy.md").read_text()


def variables() -> list[str]:
    """What the settings read."""
    return sorted(set(re.findall(r'"(DARKROOM_\w+)"', Path(settings.__file__).read_text())))


def parameters() -> list[str]:
    """What the template asks for."""
    template = (ROOT / "template.yaml").read_text()
    section = template.partition("\nParameters:\n")[2].partition("\nConditions:\n")[0]
    return re.findall(r"^  (\w+):$", section, re.MULTILINE)


@pytest.mark.parametrize("name", [*variables(), *parameters()])
def test_every_variable_and_parameter_has_its_line(name: str) -> None:
    """In a row of a table."""
    assert re.search(rf"^\| .*`{name}`.* \|$", MANUAL, re.MULTILINE), name


def test_there_is_something_to_look_for() -> None:
    """Both sources are read as they are written now."""
    assert "DARKROOM_BUCKETS" in variables()
    assert {"BucketName", "AlarmTopic"} <= set(parameters())
