"""Run the measurements and print them: `python -m benchmarks [--runs N] [--only WORD]`."""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import authentication, call_path, emulated, jobs
from benchmarks.memory import import_milliseconds, overhead_milliseconds, peak_megabytes
from benchmarks.peers import Measured, PeerProcess
from benchmarks.pictures import picture
from benchmarks.quality import likeness
from benchmarks.tasks import EVERYONE, PHOTO, TASKS, Task

HEADING = f"{'':28}{'median':>9}{'min':>8}{'ratio':>8}{'bytes':>9}{'SSIM':>8}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything asked for; the exit status says whether each target was met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="runs of each contender and task")
    parser.add_argument("--only", default="", help="tasks whose name contains this")
    options = parser.parse_args(arguments)
    core = max(os.sched_getaffinity(0))
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        contenders = [stack.enter_context(PeerProcess(name, core)) for name in EVERYONE]
        print(f"One core, {options.runs} alternated runs, milliseconds; ratio of medians to sharp")
        ours: dict[str, float] = {}
        for task in TASKS:
            if options.only in task.name:
                missed += _measure(task, contenders, options.runs, Path(folder), ours)
    if options.only in "jobs":
        missed += _jobs(options.runs, core)
    if options.only in "authentication":
        missed += _authentication()
    if options.only in "emulated":
        missed += emulated.report(20 * options.runs)
    if options.only in "call path":
        print("\ncall path of a warm GET, from the event to the pixels")
        call_path.main()
    if not options.only:
        with tempfile.TemporaryDirectory() as folder:
            _footprint(Path(folder))
    for line in missed:
        print("missed:", line)
    return 1 if missed else 0


def _measure(
    task: Task,
    contenders: Sequence[PeerProcess],
    runs: int,
    folder: Path,
    ours: dict[str, float],
) -> list[str]:
    """Print what a task takes and note our own median; give what it misses."""
    source = picture(task.source, folder)
    order = {"source": str(source), **task.order}
    results = {contender.name: folder / contender.name for contender in contenders}
    spent: dict[str, list[Measured]] = {contender.name: [] for contender in contenders}
    for contender in contenders:
        contender.run(order)  # warms up
        if task.likeness:
            lossless = {"source": str(source), **task.lossless}
            contender.run({**lossless, "result": str(results[contender.name])})
    for _ in range(runs):
        for contender in contenders:
            spent[contender.name].append(contender.run(order))
    print(f"\n{task.name}\n{HEADING}")
    medians = {
        name: statistics.median(run.milliseconds for run in of) for name, of in spent.items()
    }
    alike = {
        name: likeness(source.read_bytes(), result.read_bytes()) if task.likeness else None
        for name, result in results.items()
    }
    for name, of in spent.items():
        fastest = min(run.milliseconds for run in of)
        ratio = medians[name] / medians["sharp"]
        shown = "" if alike[name] is None else f"{alike[name]:8.4f}"
        print(f"  {name:26}{medians[name]:9.2f}{fastest:8.2f}{ratio:8.2f}{of[0].bytes:9}{shown}")
    ours[task.name] = medians["darkroom"]
    missed = _missed(task, medians["darkroom"] / medians["sharp"], alike["darkroom"])
    return missed + _missed_beside(task, ours)


def _missed_beside(task: Task, ours: Mapping[str, float]) -> list[str]:
    if task.beside is None or task.beside[0] not in ours:
        return []
    other, most = task.beside
    ratio = ours[task.name] / ours[other]
    print(f"  {ratio:.2f} of the time of {other}")
    return [f"{task.name}: {ratio:.2f} of {other}, at most {most} was wanted"] * (ratio > most)


def _missed(task: Task, ratio: float, alike: float | None) -> list[str]:
    missed = []
    if task.most is not None and ratio > task.most:
        missed.append(f"{task.name}: {ratio:.2f} of sharp's time, at most {task.most} was wanted")
    if task.likeness is not None and alike is not None and alike < task.likeness:
        missed.append(f"{task.name}: SSIM {alike:.4f}, at least {task.likeness} was wanted")
    return missed


def _jobs(runs: int, core: int) -> list[str]:
    """Print what the persist function does in a second; give what takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        spent = jobs.measured(picture(PHOTO, Path(folder)), runs, core=core)
    print(f"\njobs of the persist function, one core\n  {spent.a_second:.2f} a second: 3 targets")
    print(f"  {spent.together:9.2f} ms together, {spent.ratio:.2f} of the largest alone")
    for process, alone in spent.alone.items():
        print(f"  {alone:9.2f} ms  {process}")
    wanted = f"at most {jobs.MOST} was wanted"
    line = f"jobs: three targets take {spent.ratio:.2f} of the largest alone, {wanted}"
    return [line] * (spent.ratio > jobs.MOST)


def _authentication() -> list[str]:
    """Print what telling the caller of a request takes; give what takes too long."""
    print("\nauthentication of a warm request")
    missed = []
    for kind, median in authentication.milliseconds().items():
        most = authentication.MOST[kind]
        print(f"  {kind:26}{median:9.3f}  at most {most}")
        if median > most:
            missed.append(f"{kind}: {median:.3f} ms, at most {most} was wanted")
    return missed


def _footprint(folder: Path) -> None:
    median, least = import_milliseconds()
    print(f"\nimport of the process function: {median:.0f} ms median, {least:.0f} ms least")
    median, least = overhead_milliseconds(picture(PHOTO, folder), "image/resize,w_100")
    print(
        f"handler overhead (no store, decode, pixels, encode): {median:.2f} ms, {least:.2f} least"
    )
    print("peak memory, MB: before the picture, after it")
    for task in TASKS:
        before, after = peak_megabytes(picture(task.source, folder), task.process)
        print(f"  {task.name:26}{before:8.0f}{after:8.0f}")


if __name__ == "__main__":
    sys.exit(main())
