"""docs/deploy.md, and the same in Chinese, documents every setting."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from darkroom.settings import Settings
from local.cloudformation import function_properties
from tests.stack import template
from tools import cost

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/deploy.md").read_text()
CHINESE = (ROOT / "docs/zh/deploy.md").read_text()

in_both = pytest.mark.parametrize("manual", [MANUAL, CHINESE], ids=["English", "Chinese"])


class RecordingEnvironment(Mapping[str, str]):
    """An empty environment that records the names of the variables that are read."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        """Record the name; raise `KeyError`."""
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
    environ = RecordingEnvironment()
    Settings.from_environ(environ)
    return {name for name in environ.names if not name.startswith("AWS_")}


def parameters() -> dict[str, str]:
    """Return the template's parameters with their defaults."""
    return {name: str(entry["Default"]) for name, entry in template()["Parameters"].items()}


@in_both
def test_every_variable_and_parameter_is_in_a_table(manual: str) -> None:
    """Each environment variable and each parameter of the template has a row."""
    names = [*variables(), *parameters()]
    assert [n for n in names if not re.search(rf"^\| .*`{n}`.* \|$", manual, re.MULTILINE)] == []


@in_both
def test_the_default_of_a_parameter_is_the_templates(manual: str) -> None:
    """The second column shows the template's default, and is empty for an empty text."""
    rows = {
        name: rf"^\| `{name}` \| *{f'`{default}`' if default else ''} *\|"
        for name, default in parameters().items()
    }
    assert [n for n, row in rows.items() if not re.search(row, manual, re.MULTILINE)] == []


def test_the_guide_groups_every_parameter() -> None:
    """Each parameter is in exactly one ParameterGroup of the template."""
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(parameters())


def test_the_settings_read_every_variable_of_the_template() -> None:
    """The settings read further variables, too."""
    written = [
        function_properties(template(), name)["Environment"]["Variables"]
        for name in ("ProcessFunction", "PersistFunction")
    ]
    set_there = {name for level in written for name in level if name.startswith("DARKROOM_")}
    assert set_there < variables()


def costs(manual: str = MANUAL) -> list[tuple[float, ...]]:
    """Return the rows of the cost table: processor time, bytes and three prices."""
    row = r"^\| [^|]+ \| ([\d.]+) ms \| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$"
    return [tuple(map(float, found)) for found in re.findall(row, manual, re.MULTILINE)]


@pytest.mark.parametrize("row", costs(), ids=lambda row: f"{row[0]} ms")
def test_costs_follow_from_their_formula(row: tuple[float, ...]) -> None:
    """The page's own formula gives every price in its table, to the cent."""
    cpu, size, *prices = row
    function = 1769 / 1024 * (2 * cpu + 40) * 1000 * 0.0000133334
    origin = function + 0.20 + 1.00 + 0.40 + 1.00 + 0.25
    alone = origin + size / 1000 * 0.09
    behind_cdn = (1 - 0.95) * origin + 1.10 + size / 1000 * 0.085
    assert prices == pytest.approx([function, alone, behind_cdn], abs=0.0051)


def test_the_calculator_agrees_with_the_tables() -> None:
    """The rows of the first table and of the bill are those of tools/cost.py."""
    for cpu, size, function, alone, behind_cdn in costs():
        of_lambda = cost.MILLION * cost.invocation(cost.SLOWER * cpu + cost.WAITING_MS)
        without = cost.MILLION * (cost.request(cpu) + cost.sent(size, cost.INTERNET_GB))
        cached = cost.MILLION * cost.with_cdn(cpu, size, hits=0.95)
        expected = pytest.approx([of_lambda, without, cached], abs=0.0051)
        assert [function, alone, behind_cdn] == expected
    for row in cost.bill():
        assert f"\n{row}\n" in MANUAL, row
    idle = [price() for item, (_, price) in cost.BILL.items() if item.startswith("– ")]
    assert sum(idle) == pytest.approx(cost.idle())


def test_the_calculator_names_the_cheapest(capsys: pytest.CaptureFixture[str]) -> None:
    """Few requests are cheapest on Lambda, many in containers unless a CDN caches them."""
    cost.main(["--thumbnails", "10e6", "--cdn", "0.95"])
    assert capsys.readouterr().out.splitlines()[-2] == "cheapest: Lambda with CDN"
    for requests, cheapest in ((1e3, "Lambda"), (300e6, "container")):
        cost.main(["--thumbnails", str(requests), "--cdn", "0", "--bytes", "3654"])
        assert f"cheapest: {cheapest}" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("option", "complaint"),
    [("--thumbnails=-5", "-5 is not a number from 0 on"), ("--cdn=95", "95 is not a share from 0")],
)
def test_a_wrong_number_is_refused(
    option: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what is expected."""
    with pytest.raises(SystemExit):
        cost.main(["--thumbnails", "1e6", option])
    assert complaint in capsys.readouterr().err


def test_every_price_of_the_manual_is_that_of_the_calculator() -> None:
    """Prices in the text are those that the tables are computed with."""
    for text in (
        f"${cost.LAMBDA_GB_SECOND['arm64']:.10f} per GB-second on arm64",
        f"(${cost.LAMBDA_GB_SECOND['x86_64']:.10f} on x86_64)",
        f"${cost.LAMBDA_REQUEST * cost.MILLION:.2f} per million; HTTP API",
        f"CloudWatch Logs ${cost.LOGS_GB:.2f} per GB",
        f"X-Ray ${cost.TRACE * cost.MILLION:.0f} per million traces",
        f"${cost.SNAPSHOT_GB_SECOND:.10f} per GB-second and ${cost.RESTORED_GB:.10f} per GB",
    ):
        assert text in " ".join(MANUAL.split()), text


def test_the_cost_tables_are_found() -> None:
    """The patterns match every row of both tables."""
    assert len(costs()) == 4
    assert len(result_cache_costs()) == 6
    assert costs(CHINESE) == costs()


def result_cache_costs() -> list[tuple[str, ...]]:
    """Return the rows of the result cache table: rendering time, three prices, break-even."""
    price = r"([\d.]+) \| "
    row = rf"^\| [^|]+ \| ([\d.]+) ms \| {price}{price}{price}(?:([\d.]+) requests|never) \|$"
    return re.findall(row, MANUAL, re.MULTILINE)


@pytest.mark.parametrize("row", result_cache_costs(), ids=lambda row: f"{row[0]} ms")
def test_costs_of_the_result_cache_follow_from_their_formula(row: tuple[str, ...]) -> None:
    """Prices agree to the cent, break-even points to 0.05 requests or 0.2 %."""
    rendering, *prices = map(float, row[:4])
    uncached = invocation_price(2 * rendering + 40) + 0.40
    stored = invocation_price(2 * rendering + 160) + 3 * 0.40 + 5.00
    found = invocation_price(80) + 0.40 + 0.40
    assert prices == pytest.approx([uncached, stored, found], abs=0.0051)
    if not row[4]:
        assert uncached < found
    else:
        assert float(row[4]) == pytest.approx(
            (stored - found) / (uncached - found), rel=0.002, abs=0.051
        )


def invocation_price(milliseconds: float) -> float:
    """Return the dollars for a million invocations of this duration."""
    return 1769 / 1024 * milliseconds * 1000 * 0.0000133334


def test_costs_of_snapshots_follow_from_their_prices() -> None:
    """Costs of 30 days and of 1,000 restores follow from the prices and the memory."""
    memory = 1769 / 1024
    prices = re.findall(r"\$([\d.]+) per GB-second and \$([\d.]+) per GB\)", MANUAL)
    stored, restored = (float(price) for price in prices[0])
    assert f"${memory * 30 * 86400 * stored:.2f} a month for the snapshot" in MANUAL
    assert f"${memory * 1000 * restored:.2f} for a thousand starts" in MANUAL
    assert f"${memory * 1000 * 0.3 * 0.0000133334:.2f} of\nimport" in MANUAL
