"""The number of frames, modules and functions that a processed GET runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX_COUNTS = {"frames": 14, "modules": 48, "functions": 204}
"""A little more than the present numbers: room for a new function, not for a new layer."""


def test_call_path() -> None:
    """A warm GET stays within the numbers of frames, modules and functions."""
    printed = subprocess.run(
        [sys.executable, "-m", "benchmarks.call_path"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "layers/darkroom")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert re.search(r"imaging/(resampling|formats/jpeg)\.py", printed[-2])
    counts = {name: int(count) for name, count in re.findall(r"(\w+) (\d+)", printed[-1])}
    assert {name for name, bound in MAX_COUNTS.items() if not 0 < counts[name] <= bound} == set()
