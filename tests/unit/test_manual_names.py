"""Names in the manuals of deployment and operation exist in the template or in the code."""

import re
from pathlib import Path

import pytest

from darkroom.errors import Code
from tests.stack import template
from tests.unit.test_operating_manual import ENTRIES, PACKAGE, names_in

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("deploy.md", "operate.md", "first-deployment.md")

OF_AWS = {
    "Accept",
    "Active",
    "Adjustable",
    "Age",
    "ApiGatewayDomainName",
    "Authorization",
    "ConcurrentExecutions",
    "Count",
    "Date",
    "Host",
    "Latency",
    "MemorySize",
    "NoncurrentVersionExpiration",
    "On",
    "OptimizationStatus",
    "Origin",
    "Range",
    "SnapStartNotReadyException",
    "Timeout",
}
"""Names of AWS's replies, of HTTP, and of properties of the template."""

OF_THE_CODE = {"Darkroom", "SettingsError"}
"""The namespace of the metrics, and an exception that a log line names."""


def known_names() -> set[str]:
    """Return the parameters, resources and outputs of the template, error codes and metrics."""
    of_template = {
        name for kind in ("Parameters", "Resources", "Outputs") for name in template()[kind]
    }
    metrics = names_in(
        r'(?:yield |add_metric\(name=|: )"([A-Z]\w+)"', PACKAGE + "web/access_log.py", ENTRIES
    )
    codes = {code.value[0] for code in Code}
    values = {
        str(value)
        for entry in template()["Parameters"].values()
        for value in entry.get("AllowedValues", ())
    }
    return of_template | values | metrics | codes | OF_AWS | OF_THE_CODE


def named(page: str) -> set[str]:
    """Return the names in capitals and the places of commands on a page."""
    text = (DOCS / page).read_text()
    code = re.findall(
        r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    )
    alone = {found for found in code if re.fullmatch(r"[A-Z][A-Za-z]*[a-z][A-Za-z]*", found)}
    assigned = {name for found in code for name in re.findall(r"^([A-Z][a-z]+[A-Za-z]*)=", found)}
    places = set(re.findall(r"<([A-Z][A-Za-z]+)>", text)) - {"Name"}
    return alone | assigned | places


@pytest.mark.parametrize("page", PAGES)
def test_every_name_exists(page: str) -> None:
    """Parameters, outputs, alarms, metrics and error codes are spelt as in template and code."""
    assert named(page)
    assert named(page) - known_names() == set()


def test_no_name_of_aws_is_listed_in_vain() -> None:
    """The list has only names that a page has, and that nothing of this project has."""
    everywhere = set().union(*map(named, PAGES))
    assert OF_AWS - everywhere == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_place_of_a_command_is_an_output_or_a_parameter(page: str) -> None:
    """So that a reader finds its value in the list that `sam deploy` prints."""
    places = set(re.findall(r"<([A-Z][A-Za-z]+)>", (DOCS / page).read_text())) - {"Name"}
    assert places <= template()["Outputs"].keys() | template()["Parameters"].keys()


def test_every_output_is_described() -> None:
    """Each output of the template has a row of the table, and the table no other."""
    section = (DOCS / "deploy.md").read_text().partition("| Output | What it is |")[2]
    table = section.partition("\n\n")[0]
    rows = {
        name
        for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert rows == set(template()["Outputs"])


def test_every_log_field_exists() -> None:
    """Fields that the section about logs names are written by the code."""
    logs = (DOCS / "operate.md").read_text().partition("\n## Logs\n")[2].partition("\n## ")[0]
    text = re.sub(r"^```.*?^```$", "", logs, flags=re.MULTILINE | re.DOTALL)
    fields = {word for word in re.findall(r"`([a-z_]+)`", text) if "_" in word or word in FIELDS}
    assert len(fields) > 8
    sources = "\n".join(
        path.read_text()
        for pattern in ("layers/darkroom/darkroom/**/*.py", "functions/*/app.py")
        for path in DOCS.parent.glob(pattern)
    )
    missing = {
        field for field in fields if f'"{field}"' not in sources and f"{field}=" not in sources
    }
    assert missing == set()


FIELDS = {"operation", "outcome", "code", "dialect", "task", "tasks", "targets"}
"""Fields of one word."""
