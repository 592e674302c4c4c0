"""Measure pictures: `python -m tests.measure FILE PROCESS [FILE PROCESS …]` in a fresh process.

Prints one JSON object a line: the outcome, seconds of CPU time, and megabytes of resident memory
before and at the peak (Linux only).
"""

import gc
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from darkroom.errors import OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.pipeline import run
from darkroom.limits import Limits
from darkroom.process.grammar import parse

ROOT = Path(__file__).parents[1]


def _mark(key: str) -> bytes:
    """Return the watermark object: its key is the path of a file."""
    return Path(key).read_bytes()


# Memory is measured up to its own limit, beyond that of work.
CONTEXT = ProcessingContext(
    limits=Limits(work=None), fonts=ROOT / "layers/fonts/fonts", load_watermark=_mark
)
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
AVAILABLE = STATUS.exists() and os.access(CLEAR, os.W_OK)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Time and memory of one run."""

    outcome: str
    seconds: float
    before: float
    peak: float


def costs(runs: Sequence[tuple[Path, str]]) -> list[Cost]:
    """Measure the runs in one new process."""
    arguments = [text for path, process in runs for text in (str(path), process)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([".", "layers/darkroom"])}
    finished = subprocess.run(
        [sys.executable, "-m", "tests.measure", *arguments],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env=environment,
    )
    return [Cost(**json.loads(line)) for line in finished.stdout.splitlines()]


def _measured(path: str, process: str) -> Cost:
    operations = compile_operations(parse(process).actions)
    data = Path(path).read_bytes()
    gc.collect()
    CLEAR.write_text("5")  # resets the peak to the present resident size
    before, began = megabytes("VmRSS"), time.process_time()
    try:
        outcome = run(data, operations, CONTEXT).format or "report"
    except OssError as error:
        outcome = error.code.wire
    seconds = time.process_time() - began
    return Cost(outcome=outcome, seconds=seconds, before=before, peak=megabytes("VmHWM"))


def megabytes(field: str) -> float:
    """Return a field of the status of this process, in megabytes."""
    found = re.search(rf"{field}:\s+(\d+)", STATUS.read_text())
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    given = sys.argv[1:]
    for path, process in zip(given[::2], given[1::2], strict=True):
        print(json.dumps(asdict(_measured(path, process))))  # noqa: T201 - its output
