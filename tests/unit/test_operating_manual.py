"""docs/operate.md knows every alarm and says of every figure where it comes from."""

import re
from pathlib import Path

from tests.stack import Stack

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/operate.md").read_text()
STACK = Stack({})


def test_every_alarm_has_its_line() -> None:
    """Whoever is woken by one finds what to do."""
    alarms = [name for name, _ in STACK.of_type("AWS::CloudWatch::Alarm")]
    assert "JobsBuried" in alarms
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
