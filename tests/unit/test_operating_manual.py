"""docs/operate.md knows every alarm and says of every figure where it comes from."""

import re
from pathlib import Path

from tests.stack import stack_with

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/operate.md").read_text()
STACK = stack_with({})
PACKAGE = "layers/darkroom/darkroom/"
ENTRIES = "functions/*/app.py"


def test_every_alarm_has_its_line() -> None:
    """Whoever is woken by one finds what to do."""
    alarms = [name for name, _ in STACK.of_type("AWS::CloudWatch::Alarm")]
    assert "DeadLetterQueueNotEmpty" in alarms
    for name in alarms:
        assert re.search(rf"^\| `{name}` \|", MANUAL, re.MULTILINE), name


def test_memory_and_time_of_the_template_are_enough_for_the_table() -> None:
    """The function has a quarter more than the largest picture needs, and twice the time."""
    rows = re.findall(r"^\| [^|]+ \| \d+ \| (\d+) \| ([\d.]+) \|$", MANUAL, re.MULTILINE)
    assert len(rows) > 10
    memory = int(STACK.parameters["JobsMemorySize"])
    seconds = STACK.properties("PersistFunction")["Timeout"]
    assert memory >= 1.25 * max(int(megabytes) for megabytes, _ in rows)
    assert seconds >= 2 * max(float(spent) for _, spent in rows)


def told(pattern: str, *paths: str) -> set[str]:
    """Find names in the sources."""
    texts = (path.read_text() for name in paths for path in ROOT.glob(name))
    return {found for text in texts for found in re.findall(pattern, text)}


def test_every_metric_has_its_line() -> None:
    """Those of requests, and those of jobs."""
    names = told(
        r'(?:yield |add_metric\(name=)"([A-Z]\w+)"', PACKAGE + "web/access_log.py", ENTRIES
    )
    names |= told(r'"(Jobs\w+)"', ENTRIES)
    rows = re.findall(r"^\| (`[A-Z]\w+`(?:, `\w+`)*) \|", metrics(), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"\w+", row)} == names


def metrics() -> str:
    """Give the section about them."""
    return MANUAL.partition("\n## Metrics\n")[2].partition("\n## ")[0]


def test_every_stage_stands_in_the_tree() -> None:
    """As the traces show it."""
    stages = told(r'stage\("(\w+)"\)', PACKAGE + "**/*.py", ENTRIES)
    assert stages >= {"store", "decode", "pixels", "encode", "results", "deliver"}
    assert set(re.findall(r"[├└]─ (\w+)", MANUAL)) == stages
