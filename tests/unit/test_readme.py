"""What README.md says can be run and measured."""

import re
from pathlib import Path

import pytest

from tools import cost
from tools.conformance.__main__ import RECORD as RECORD_FILE
from tools.conformance.record import Record

ROOT = Path(__file__).parents[2]
RECORD = Record.read(RECORD_FILE)
README = (ROOT / "README.md").read_text()
CHINESE = (ROOT / "README.zh-CN.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()

in_both = pytest.mark.parametrize("readme", [README, CHINESE], ids=["English", "Chinese"])


def targets() -> set[str]:
    """Return the targets of the Makefile that have a description."""
    return set(re.findall(r"^([a-z0-9-]+):.*## ", MAKEFILE, re.MULTILINE))


@in_both
def test_every_make_target_exists(readme: str) -> None:
    """Commands in blocks and in text name targets of the Makefile."""
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", readme, re.MULTILINE))
    assert {"run", "build", "bench", "bench-servers", "check"} <= named <= targets()


@in_both
def test_every_figure_names_its_command(readme: str) -> None:
    """The last cell of each row of measured figures is a command."""
    rows = re.findall(r"^\| [^|]+ \| [\d.]+ \| [\d.]+ \| (.+) \|$", readme, re.MULTILINE)
    assert rows == ["`make bench`", "`make bench-servers`"]


@in_both
def test_the_equal_results_are_those_of_the_conformance_report(readme: str) -> None:
    """Both numbers are counted in the record of `make conformance`."""
    equal = sum(result.is_equal for result in RECORD.results)
    (row,) = re.findall(r"^\| .*docs/conformance\.md.* \|$", readme, re.MULTILINE)
    numbers = [int(number) for number in re.findall(r"(?<![\w.])\d+", row)]
    assert numbers == [len(RECORD.results), equal]


def figures(readme: str) -> list[tuple[str, ...]]:
    """Return the measured figures of a README."""
    return re.findall(r"^\| [^|]+ \| ([\d.]+) \| ([\d.]+) \| `make", readme, re.MULTILINE)


def test_both_languages_have_the_same_figures() -> None:
    """They are renewed together."""
    assert figures(README) == figures(CHINESE)


def test_the_break_even_is_computed() -> None:
    """From the same prices as the manual's table: for even traffic, and for a peak of four."""
    even, peak = (cost.break_even(cost.Load(requests=0, peak=peak)) for peak in (1, 4))
    assert even is not None
    assert peak is not None
    computed = [f"{even:,.0f}", f"{peak:,.0f}"]
    assert re.findall(r"from ([\d,]+,000)", " ".join(README.split())) == computed
    assert re.findall(r"每天 ([\d,]+) 次", CHINESE) == computed
