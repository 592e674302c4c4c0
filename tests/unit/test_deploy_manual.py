"""docs/deploy.md knows everything that can be configured."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from darkroom.settings import Settings
from local.cloudformation import function_properties
from tests.stack import template

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/deploy.md").read_text()


class NamesRead(Mapping[str, str]):
    """An empty environment that notes the names of the variables that are read."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        """Note the name; raise `KeyError`."""
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Iterate over nothing."""
        return iter(())

    def __len__(self) -> int:
        """Return 0."""
        return 0


def variables() -> set[str]:
    """Return the names of the variables that the settings read, without those that Lambda sets."""
    environ = NamesRead()
    Settings.from_environ(environ)
    return {name for name in environ.names if not name.startswith("AWS_")}


def parameters() -> dict[str, str]:
    """Return the template's parameters with their defaults."""
    return {name: str(entry["Default"]) for name, entry in template()["Parameters"].items()}


def test_every_variable_and_parameter_has_its_row() -> None:
    """Each environment variable and each parameter of the template is in a row of a table."""
    names = [*variables(), *parameters()]
    assert [n for n in names if not re.search(rf"^\| .*`{n}`.* \|$", MANUAL, re.MULTILINE)] == []


def test_the_default_of_a_parameter_is_the_templates() -> None:
    """The second column shows the template's default, and is empty for an empty text."""
    rows = {
        name: rf"^\| `{name}` \| *{f'`{default}`' if default else ''} *\|"
        for name, default in parameters().items()
    }
    assert [n for n, row in rows.items() if not re.search(row, MANUAL, re.MULTILINE)] == []


def test_the_guide_groups_every_parameter() -> None:
    """Each parameter is in exactly one ParameterGroup of the template."""
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(parameters())


def test_variables_are_those_that_are_set() -> None:
    """The settings read every variable of the template, and some more."""
    written = [
        function_properties(template(), name)["Environment"]["Variables"]
        for name in ("ProcessFunction", "PersistFunction")
    ]
    set_there = {name for level in written for name in level if name.startswith("DARKROOM_")}
    assert set_there < variables()


def costs() -> list[tuple[float, ...]]:
    """Rows of the cost table, in numbers: processor time, bytes, and three prices."""
    row = r"^\| [^|]+ \| ([\d.]+) ms \| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$"
    return [tuple(map(float, found)) for found in re.findall(row, MANUAL, re.MULTILINE)]


@pytest.mark.parametrize("row", costs(), ids=lambda row: f"{row[0]} ms")
def test_costs_follow_from_their_formula(row: tuple[float, ...]) -> None:
    """The page's own formula gives every price in its table, to the cent."""
    cpu, size, *prices = row
    function = 1769 / 1024 * (2 * cpu + 40) * 1000 * 0.0000133334
    origin = function + 0.20 + 1.00 + 0.40 + 1.00 + 0.25
    alone = origin + size / 1000 * 0.09
    behind_cdn = (1 - 0.95) * origin + 1.10 + size / 1000 * 0.085
    assert prices == pytest.approx([function, alone, behind_cdn], abs=0.0051)


def test_there_are_costs() -> None:
    """The patterns above find every row of both tables."""
    assert len(costs()) == 4
    assert len(kept_costs()) == 6


def kept_costs() -> list[tuple[str, ...]]:
    """Rows of the table of kept results: time of making, three prices, and when it pays."""
    price = r"([\d.]+) \| "
    row = rf"^\| [^|]+ \| ([\d.]+) ms \| {price}{price}{price}(?:([\d.]+) requests|never) \|$"
    return re.findall(row, MANUAL, re.MULTILINE)


@pytest.mark.parametrize("row", kept_costs(), ids=lambda row: f"{row[0]} ms")
def test_costs_of_kept_results_follow_from_their_formula(row: tuple[str, ...]) -> None:
    """Prices agree to the cent, break-even points to 0.05 requests or 0.2 %."""
    making, *prices = map(float, row[:4])
    anew = billed(2 * making + 40) + 0.40
    kept = billed(2 * making + 160) + 3 * 0.40 + 5.00
    found = billed(80) + 0.40 + 0.40
    assert prices == pytest.approx([anew, kept, found], abs=0.0051)
    if not row[4]:
        assert anew < found
    else:
        assert float(row[4]) == pytest.approx((kept - found) / (anew - found), rel=0.002, abs=0.051)


def billed(milliseconds: float) -> float:
    """Dollars for a million invocations of that length."""
    return 1769 / 1024 * milliseconds * 1000 * 0.0000133334


def test_costs_of_snapshots_follow_from_their_prices() -> None:
    """Costs of 30 days and of 1,000 restores follow from the prices and the memory."""
    memory = 1769 / 1024
    prices = re.findall(r"\$([\d.]+) per GB-second and \$([\d.]+) per GB\)", MANUAL)
    kept, restored = (float(price) for price in prices[0])
    assert f"${memory * 30 * 86400 * kept:.2f} a month for the snapshot" in MANUAL
    assert f"${memory * 1000 * restored:.2f} for a thousand starts" in MANUAL
    assert f"${memory * 1000 * 0.3 * 0.0000133334:.2f} of\nimport" in MANUAL
