"""docs/operate.md knows every alarm and says of every figure where it comes from."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/operate.md").read_text()
TEMPLATE = (ROOT / "template.yaml").read_text()


def test_every_alarm_has_its_line() -> None:
    """Whoever is woken by one finds what to do."""
    alarms = re.findall(r"^  (\w+):\n    Type: AWS::CloudWatch::Alarm$", TEMPLATE, re.MULTILINE)
    assert "JobsBuried" in alarms
    for name in alarms:
        assert re.search(rf"^\| `{name}` \|", MANUAL, re.MULTILINE), name


def test_memory_and_time_of_the_template_are_enough_for_the_table() -> None:
    """The function has a quarter more than the largest picture needs, and twice the time."""
    rows = re.findall(r"^\| [^|]+ \| \d+ \| (\d+) \| ([\d.]+) \|$", MANUAL, re.MULTILINE)
    assert len(rows) > 10
    memory = re.search(
        r"^  JobsMemorySize:\n    Type: Number\n    Default: (\d+)", TEMPLATE, re.MULTILINE
    )
    persist = TEMPLATE.partition("  PersistFunction:\n")[2]
    seconds = re.search(r"^      Timeout: (\d+)$", persist, re.MULTILINE)
    assert memory
    assert seconds
    assert int(memory[1]) >= 1.25 * max(int(megabytes) for megabytes, _ in rows)
    assert int(seconds[1]) >= 2 * max(float(spent) for _, spent in rows)
