"""The throughput of jobs on one core, and of several targets compared with the largest alone."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from benchmarks.environment import ROOT, environment

SIZES = tuple(f"image/resize,w_{width}/quality,Q_80" for width in (1200, 600, 200))

MAX_RATIO = 1.7
"""Target of the time of three targets of one source, relative to the largest target alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """CPU milliseconds of a job: medians of alternated runs."""

    together: float
    alone: Mapping[str, float]

    @property
    def a_second(self) -> float:
        """Jobs of all targets per second and core."""
        return 1000 / self.together

    @property
    def ratio(self) -> float:
        """Time of all targets, relative to the largest alone."""
        return self.together / max(self.alone.values())


def measured(source: Path, runs: int, *, core: int) -> Spent:
    """Measure in a new process on one core."""
    command = [sys.executable, "-m", "benchmarks.jobs", str(source), str(runs), str(core)]
    finished = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    together, *alone = json.loads(finished.stdout.splitlines()[-1])
    return Spent(together=together, alone=dict(zip(SIZES, alone, strict=True)))


def _medians(source: bytes, runs: int) -> Sequence[float]:
    from benchmarks.workers.persist_handler import Persist  # noqa: PLC0415 - its own environment

    persist = Persist(source)
    jobs = [SIZES, *((process,) for process in SIZES)]
    spent: list[list[float]] = [[] for _ in jobs]
    for number in range(runs + 1):
        for job, times in zip(jobs, spent, strict=True):
            began = process_time()
            persist.run(job)
            if number:  # the first run warms up
                times.append(1000 * (process_time() - began))
    return [statistics.median(times) for times in spent]


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[3])})
    print(json.dumps(_medians(Path(sys.argv[1]).read_bytes(), int(sys.argv[2]))))
