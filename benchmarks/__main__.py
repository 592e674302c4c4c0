"""Run the measurements and print the results: `python -m benchmarks [--runs N] [--only WORD]`.

Ends with 1 if a goal is missed.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks import authentication, call_path, emulated, jobs
from benchmarks.comparison import OWN, Comparison, Goal, compare
from benchmarks.memory import import_milliseconds, overhead_milliseconds, peak_megabytes
from benchmarks.peers import COMMANDS, PeerProcess
from benchmarks.pictures import picture
from benchmarks.tasks import PHOTO, TASKS

MAX_IMPORT_MS = 380
MAX_OVERHEAD_MS = 0.5
MAX_MORE_MEGABYTES = 2
"""Peak memory over that without the engine; below it are pages of the interpreter."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the selected measurements; return 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="runs of each contender and task")
    parser.add_argument("--only", default="", help="tasks whose name contains this")
    options = parser.parse_args(arguments)
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for goal in _measured(options.runs, options.only, folder):
            print(f"  {goal}")
            missed += [str(goal)] * (not goal.is_met)
    if options.only in "emulated":
        missed += emulated.report(20 * options.runs)
    if options.only in "call path":
        print("\ncall path of a warm GET, from the event to the pixels")
        call_path.main()
    for line in missed:
        print("missed:", line)
    return 1 if missed else 0


def _measured(runs: int, only: str, folder: Path) -> Iterator[Goal]:
    """Print the figures of each measurement, and yield its goals after them."""
    core = max(os.sched_getaffinity(0))
    yield from _tasks(runs, only, folder, core)
    if only in "jobs":
        yield from _jobs(runs, folder, core)
    if only in "authentication":
        yield from _authentication()
    if only in "footprint":
        yield from _footprint(folder)


def _tasks(runs: int, only: str, folder: Path, core: int) -> Iterator[Goal]:
    """Compare the tasks with the peers, on one core."""
    print(f"One core, {runs} alternated runs; medians, and ratios of medians to sharp's")
    done: dict[str, Comparison] = {}
    with ExitStack() as stack:
        contenders = [stack.enter_context(PeerProcess(name, core)) for name in COMMANDS]
        for task in TASKS:
            if only not in task.name:
                continue
            comparison = done[task.name] = compare(task, contenders, runs, folder)
            print(*comparison.lines(), sep="\n")
            for goal in comparison.goals():
                yield replace(goal, name=f"{task.name}: {goal.name}")
            if task.max_ratio_to_task is not None and task.max_ratio_to_task[0] in done:
                other, bound = task.max_ratio_to_task
                ratio = comparison.wall[OWN] / done[other].wall[OWN]
                yield Goal(name=f"{task.name}: time to that of {other}", value=ratio, bound=bound)


def _jobs(runs: int, folder: Path, core: int) -> Iterator[Goal]:
    """Measure the throughput of the persist function."""
    spent = jobs.measured(picture(PHOTO, folder), runs, core=core)
    print(f"\njobs of the persist function, one core\n  {spent.a_second:.2f} a second: 3 targets")
    print(f"  {spent.together:9.2f} ms together, {spent.ratio:.2f} of the largest alone")
    for process, alone in spent.alone.items():
        print(f"  {alone:9.2f} ms  {process}")
    yield Goal(name="jobs: three targets to the largest", value=spent.ratio, bound=jobs.MAX_RATIO)


def _authentication() -> Iterator[Goal]:
    """Measure how long a request is authenticated."""
    print("\nauthentication of a warm request")
    for kind, median in authentication.milliseconds().items():
        yield Goal(name=f"{kind}, ms", value=median, bound=authentication.MAX_MS[kind])


def _footprint(folder: Path) -> Iterator[Goal]:
    """Measure import, overhead and memory of the process function."""
    median, least = import_milliseconds()
    print(f"\nprocess function\n  import: {median:.0f} ms median, {least:.0f} ms least")
    yield Goal(name="import, ms", value=median, bound=MAX_IMPORT_MS)
    median, least = overhead_milliseconds(picture(PHOTO, folder), "image/resize,w_100")
    print(f"  beside store and pixels: {median:.2f} ms median, {least:.2f} ms least")
    yield Goal(name="beside store and pixels, ms", value=median, bound=MAX_OVERHEAD_MS)
    print(f"\nmemory that a picture adds, MB\n{'':28}{'with':>9}{'without the engine':>20}")
    for task in TASKS:
        source = picture(task.source, folder)
        native = peak_megabytes(source, task.process, engine="native")
        pillow = peak_megabytes(source, task.process, engine="pillow")
        print(f"  {task.name:26}{native:9.0f}{pillow:20.0f}")
        bound = pillow + MAX_MORE_MEGABYTES
        yield Goal(name=f"{task.name}: memory, MB", value=native, bound=bound)


if __name__ == "__main__":
    sys.exit(main())
