"""`python -m benchmarks.emulated` measures what it says, with the template's memory."""

import re

import pytest

from benchmarks import emulated
from local.sam_build import BuiltFunction

FIGURES = (
    *("client, through the gateway", "function", "store", "everything else", "decode"),
    *("billed GB-seconds of 1000 requests", "requests a second, 2 sandboxes"),
    *("import", "first picture", "import of persist"),
)


def test_every_figure_is_there(
    artefact: BuiltFunction,
    tools: dict[str, str],  # noqa: ARG001 - they have to be there
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A few requests are enough to see that; only times can be missed, on a busy machine."""
    missed = emulated.report(runs=6, cold_starts=1)
    assert all(", target at most " in line for line in missed), missed
    told = capsys.readouterr().out
    assert f" {artefact.megabytes} MB" in told
    for name in FIGURES:
        assert re.search(rf"^ +{name} +[0-9.]+", told, re.MULTILINE), name
