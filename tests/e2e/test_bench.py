"""`python -m benchmarks.emulated` prints every figure, with the template's memory."""

import re

import pytest

from benchmarks import emulated
from local.sam_build import BuiltFunction

FIGURES = (
    *("client, through the gateway", "function", "store", "everything else", "decode"),
    *("billed GB-seconds of 1000 requests", "requests a second, 2 sandboxes"),
    *("import", "first picture", "import of persist"),
)


def test_every_figure_is_printed(
    artefact: BuiltFunction,
    tools: dict[str, str],  # noqa: ARG001 - they have to be there
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every figure is printed; only targets of times may be missed, on a busy machine."""
    missed = emulated.report(runs=6, cold_starts=1)
    assert all(", target at most " in line for line in missed), missed
    output = capsys.readouterr().out
    assert f" {artefact.megabytes} MB" in output
    for name in FIGURES:
        assert re.search(rf"^ +{name} +[0-9.]+", output, re.MULTILINE), name
