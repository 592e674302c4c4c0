"""docs/operate.md documents every alarm, metric and stage."""

import re
from pathlib import Path

from darkroom.imaging.formats.jpeg import JPEG
from darkroom.limits import Limits
from tests.stack import stack_with

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/operate.md").read_text()
STACK = stack_with({})
PACKAGE = "layers/darkroom/darkroom/"
ENTRIES = "functions/*/app.py"


def test_every_alarm_is_in_the_table() -> None:
    """The table of the manual has a row for each alarm."""
    alarms = [name for name, _ in STACK.of_type("AWS::CloudWatch::Alarm")]
    assert "DeadLetterQueueNotEmpty" in alarms
    for name in alarms:
        assert re.search(rf"^\| `{name}` \|", MANUAL, re.MULTILINE), name


def test_memory_and_timeout_exceed_those_of_the_table() -> None:
    """The function has a quarter more memory than an accepted picture needs, and twice the time.

    So it is with the default, with the least memory that accepts every row, and in between.
    """
    rows = re.findall(r"^\| [^|]+ \| (\d+) \| (\d+) \| ([\d.]+) \|$", MANUAL, re.MULTILINE)
    assert len(rows) > 10
    (largest,) = re.findall(r"250 need `JobsMemorySize` (\d+)", MANUAL)
    for memory in (int(STACK.parameters["JobsMemorySize"]), 4096, int(largest)):
        accepted = [row for row in rows if accepts(memory, megapixels=int(row[0]))]
        assert memory >= 1.25 * max(int(megabytes) for _, megabytes, _ in accepted)
    assert len(accepted) == len(rows)
    seconds = STACK.properties("PersistFunction")["Timeout"]
    assert seconds >= 2 * max(float(spent) for *_, spent in rows)


def accepts(memory: int, *, megapixels: int) -> bool:
    """Return whether a function of so many megabytes accepts a JPEG, which needs the least."""
    return Limits.for_memory(memory).fits((megapixels * 1000, 1000), JPEG.bytes_per_pixel)


def names_in(pattern: str, *paths: str) -> set[str]:
    """Return the matches of a pattern in source files."""
    texts = (path.read_text() for name in paths for path in ROOT.glob(name))
    return {found for text in texts for found in re.findall(pattern, text)}


def test_every_metric_is_in_the_table() -> None:
    """The table has the metrics of requests and of jobs."""
    names = names_in(
        r'(?:yield |add_metric\(name=)"([A-Z]\w+)"', PACKAGE + "web/access_log.py", ENTRIES
    )
    names |= names_in(r'"(Jobs\w+)"', ENTRIES)
    rows = re.findall(r"^\| (`[A-Z]\w+`(?:, `\w+`)*) \|", metrics(), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"\w+", row)} == names


def metrics() -> str:
    """Return the section about metrics."""
    return MANUAL.partition("\n## Metrics\n")[2].partition("\n## ")[0]


def test_every_stage_is_in_the_tree() -> None:
    """The tree in the manual has the stages of the traces."""
    stages = names_in(r'stage\("(\w+)"\)', PACKAGE + "**/*.py", ENTRIES)
    assert stages >= {"store", "decode", "pixels", "encode", "results", "deliver"}
    assert set(re.findall(r"[├└]─ (\w+)", MANUAL)) == stages
