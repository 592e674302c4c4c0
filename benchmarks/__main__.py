"""Run the measurements and print the results: `python -m benchmarks [--runs N] [--only WORD]`."""

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
from benchmarks.quality import scaling_ssim
from benchmarks.tasks import PHOTO, TASKS, WORKERS, Task

HEADING = f"{'':28}{'median':>9}{'min':>8}{'ratio':>8}{'bytes':>9}{'SSIM':>8}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the selected measurements; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="runs of each worker and task")
    parser.add_argument("--only", default="", help="tasks whose name contains this")
    options = parser.parse_args(arguments)
    core = max(os.sched_getaffinity(0))
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        workers = [stack.enter_context(PeerProcess(name, core)) for name in WORKERS]
        print(f"One core, {options.runs} alternated runs, milliseconds; ratio of medians to sharp")
        own_medians: dict[str, float] = {}
        for task in TASKS:
            if options.only in task.name:
                missed += _measure(task, workers, options.runs, Path(folder), own_medians)
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
    workers: Sequence[PeerProcess],
    runs: int,
    folder: Path,
    own_medians: dict[str, float],
) -> list[str]:
    """Print the times of a task, record Darkroom's median, and return the missed targets."""
    source = picture(task.source, folder)
    order = {"source": str(source), **task.order}
    results = {worker.name: folder / worker.name for worker in workers}
    spent: dict[str, list[Measured]] = {worker.name: [] for worker in workers}
    for worker in workers:
        worker.run(order)  # warms up
        if task.min_ssim:
            lossless = {"source": str(source), **task.lossless}
            worker.run({**lossless, "result": str(results[worker.name])})
    for _ in range(runs):
        for worker in workers:
            spent[worker.name].append(worker.run(order))
    print(f"\n{task.name}\n{HEADING}")
    medians = {
        name: statistics.median(run.milliseconds for run in of) for name, of in spent.items()
    }
    similarity = {
        name: scaling_ssim(source.read_bytes(), result.read_bytes()) if task.min_ssim else None
        for name, result in results.items()
    }
    for name, of in spent.items():
        fastest = min(run.milliseconds for run in of)
        ratio = medians[name] / medians["sharp"]
        shown = "" if similarity[name] is None else f"{similarity[name]:8.4f}"
        print(f"  {name:26}{medians[name]:9.2f}{fastest:8.2f}{ratio:8.2f}{of[0].bytes:9}{shown}")
    own_medians[task.name] = medians["darkroom"]
    missed = _missed(task, medians["darkroom"] / medians["sharp"], similarity["darkroom"])
    return missed + _missed_to_other_task(task, own_medians)


def _missed_to_other_task(task: Task, own_medians: Mapping[str, float]) -> list[str]:
    if task.max_ratio_to_task is None or task.max_ratio_to_task[0] not in own_medians:
        return []
    other, maximum = task.max_ratio_to_task
    ratio = own_medians[task.name] / own_medians[other]
    print(f"  {ratio:.2f} of the time of {other}")
    return [f"{task.name}: {ratio:.2f} of {other}, target at most {maximum}"] * (ratio > maximum)


def _missed(task: Task, ratio: float, similarity: float | None) -> list[str]:
    missed = []
    if task.max_ratio is not None and ratio > task.max_ratio:
        missed.append(f"{task.name}: {ratio:.2f} of sharp's time, target at most {task.max_ratio}")
    if task.min_ssim is not None and similarity is not None and similarity < task.min_ssim:
        missed.append(f"{task.name}: SSIM {similarity:.4f}, target at least {task.min_ssim}")
    return missed


def _jobs(runs: int, core: int) -> list[str]:
    """Print the throughput of the persist function; return the missed target."""
    with tempfile.TemporaryDirectory() as folder:
        spent = jobs.measured(picture(PHOTO, Path(folder)), runs, core=core)
    print(f"\njobs of the persist function, one core\n  {spent.a_second:.2f} a second: 3 targets")
    print(f"  {spent.together:9.2f} ms together, {spent.ratio:.2f} of the largest alone")
    for process, alone in spent.alone.items():
        print(f"  {alone:9.2f} ms  {process}")
    target = f"target at most {jobs.MAX_RATIO}"
    line = f"jobs: three targets take {spent.ratio:.2f} of the largest alone, {target}"
    return [line] * (spent.ratio > jobs.MAX_RATIO)


def _authentication() -> list[str]:
    """Print the times of authenticating a request; return the missed targets."""
    print("\nauthentication of a warm request")
    missed = []
    for kind, median in authentication.milliseconds().items():
        maximum = authentication.MAX_MS[kind]
        print(f"  {kind:26}{median:9.3f}  target at most {maximum}")
        if median > maximum:
            missed.append(f"{kind}: {median:.3f} ms, target at most {maximum}")
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
