"""How far a picture is from its request: what a reader follows, and what each request runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST = {"frames": 14, "modules": 45, "functions": 165}
"""A little more than there are: a change that adds a layer is noticed, a new helper is not."""


def test_call_path() -> None:
    """A warm GET reaches the pixels by a short way."""
    printed = subprocess.run(
        [sys.executable, "-m", "benchmarks.call_path"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "layers/darkroom")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert "imaging/resampling.py" in printed[-2]
    counts = {name: int(count) for name, count in re.findall(r"(\w+) (\d+)", printed[-1])}
    assert {name for name, most in MOST.items() if not 0 < counts[name] <= most} == set()
