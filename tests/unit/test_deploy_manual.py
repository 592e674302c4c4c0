"""docs/deploy.md knows everything that can be configured."""

import re
from pathlib import Path

import pytest

from darkroom import settings
from tests.stack import template

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/deploy.md").read_text()


def variables() -> list[str]:
    """What the settings read."""
    return sorted(set(re.findall(r'"(DARKROOM_\w+)"', Path(settings.__file__).read_text())))


def parameters() -> dict[str, str]:
    """What the template asks for, each with its default."""
    return {name: str(entry["Default"]) for name, entry in template()["Parameters"].items()}


def test_every_variable_and_parameter_has_its_line() -> None:
    """Each environment variable and each parameter of the template stands in a row of a table."""
    names = [*variables(), *parameters()]
    rows = (rf"^\| .*`{name}`.* \|$" for name in names)
    found = [re.search(row, MANUAL, re.MULTILINE) for row in rows]
    assert [name for name, row in zip(names, found, strict=True) if row is None] == []


def test_the_default_of_a_parameter_is_the_templates() -> None:
    """The second column shows the template's default, and is empty for an empty text."""
    for name, default in parameters().items():
        written = f"`{default}`" if default else ""
        row = rf"^\| `{name}` \| *{written} *\|"
        assert re.search(row, MANUAL, re.MULTILINE), f"{name}: {default}"


def test_the_guide_groups_every_parameter() -> None:
    """Each parameter is in exactly one ParameterGroup of the template."""
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(parameters())
    assert "DARKROOM_BUCKETS" in variables()


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
