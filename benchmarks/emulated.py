"""The build under the emulated Lambda: latency, throughput, cold starts, billed duration.

`python -m benchmarks.emulated`, after `make build`. Memory and timeout are the template's.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.figures import gigabyte_seconds, percentile
from benchmarks.pictures import picture
from benchmarks.sandboxes import Built, bound, built, send_requests, store
from benchmarks.tasks import PHOTO
from local.child_processes import StartError

TARGET = "/pictures/photo.jpg?x-oss-process=image/resize,w_100"

BUCKETS = json.dumps({"pictures": {"acl": "public-read"}})

UNUSED_QUEUES = {
    "DARKROOM_JOBS_QUEUE": "http://127.0.0.1/1/jobs",
    "DARKROOM_DEAD_LETTER_QUEUE": "http://127.0.0.1/1/dead",
    "DARKROOM_TABLE": "none",
}
"""Settings that the persist function requires; without a message it calls none of them."""

MAX_MS: Mapping[str, float] = {"import": 450.0, "first picture": 300.0}
"""Targets of the medians of a cold start on one core, in milliseconds."""

WARM_UP = 20
SANDBOXES = 2


def report(runs: int, cold_starts: int = 5) -> list[str]:
    """Print the measurements; return the missed targets, or why nothing can be measured."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _report(Path(folder), runs, cold_starts)
    except StartError as error:
        return [f"emulated: {error}"]


def _report(folder: Path, runs: int, cold_starts: int) -> list[str]:
    (folder / "photo.jpg").symlink_to(picture(PHOTO, folder).resolve())
    with store(folder) as url:
        settings = {"AWS_ENDPOINT_URL_S3": url, "DARKROOM_BUCKETS": BUCKETS}
        process = built("ProcessFunction", folder, **settings)
        print(f"\nwhat was built, emulated: photo to 100 wide, {process.artefact.megabytes} MB")
        _latency(process, runs)
        _throughput(process, runs)
        missed = _cold_starts(process, cold_starts)
        _persist_starts(built("PersistFunction", folder, **settings, **UNUSED_QUEUES), cold_starts)
        return missed


def _latency(process: Built, runs: int) -> None:
    """Print the latency of one client, and the billed duration."""
    cores = os.sched_getaffinity(0)
    own = max(cores)
    with process.running([own]) as pool, bound(cores - {own}):
        answers = send_requests(pool, TARGET, WARM_UP + runs)[WARM_UP:]
    function = pool.sandboxes[0].timings().reports[-runs:]
    waits = [answer.stages["store"] for answer in answers]
    works = [whole - wait for whole, wait in zip(function, waits, strict=True)]
    print(f"  {f'warm, one client, {runs} requests, ms':38}{'p50':>8}{'p99':>8}{'min':>8}")
    _row("client, through the gateway", [answer.milliseconds for answer in answers])
    _row("function", function)
    _row("  store", waits)
    _row("  everything else", works)
    for stage in ("decode", "pixels", "encode"):
        _row(f"    {stage}", [answer.stages[stage] for answer in answers])
    memory = process.artefact.megabytes
    billed, least = (gigabyte_seconds(each, memory) / runs * 1000 for each in (function, works))
    print(f"  billed GB-seconds of 1000 requests {billed:10.1f}, {least:.1f} without the store;")
    print(f"    each millisecond more of waiting for S3 adds {memory / 1024:.2f}")


def _row(name: str, values: Sequence[float]) -> None:
    middle, high = percentile(values, 0.5), percentile(values, 0.99)
    print(f"    {name:36}{middle:8.1f}{high:8.1f}{min(values):8.1f}")


def _throughput(process: Built, runs: int) -> None:
    """Print the requests per second of `SANDBOXES` sandboxes with as many clients."""
    cores = sorted(os.sched_getaffinity(0))[-SANDBOXES:]
    cores *= SANDBOXES // len(cores)
    with process.running(cores) as pool:
        send_requests(pool, TARGET, WARM_UP)
        answers = send_requests(pool, TARGET, runs)
    wall = sum(answer.milliseconds for answer in answers) / SANDBOXES
    busy = sum(answer.stages["total"] for answer in answers) / SANDBOXES
    rate = 1000 * len(answers) / wall
    print(f"  requests a second, {SANDBOXES} sandboxes {rate:14.1f}, {SANDBOXES} clients;")
    print(f"    the functions are at work {100 * busy / wall:.0f} % of the time, the rest is")
    print("    emulator, gateway and clients; these and the store share the sandboxes' cores")


def _cold_starts(process: Built, times: int) -> list[str]:
    """Print the latency of first requests; return the missed targets."""
    core = max(os.sched_getaffinity(0))
    spent: dict[str, list[float]] = {"import": [], "first picture": []}
    for _ in range(times):
        with process.running([core]) as pool:
            (answer,) = send_requests(pool, TARGET, 1)
        (init,) = pool.sandboxes[0].timings().inits
        spent["import"].append(init)
        spent["first picture"].append(answer.milliseconds - init)
    print(f"  {f'{times} cold starts, ms':38}{'median':>8}{'min':>8}")
    missed = []
    for name, values in spent.items():
        median = statistics.median(values)
        print(f"    {name:36}{median:8.0f}{min(values):8.0f}  target at most {MAX_MS[name]:.0f}")
        if median > MAX_MS[name]:
            missed.append(f"{name}: {median:.0f} ms, target at most {MAX_MS[name]:.0f}")
    init = gigabyte_seconds([statistics.median(spent["import"])], process.artefact.megabytes)
    print(f"    the import is billed, too: {init:.2f} GB-seconds each")
    return missed


def _persist_starts(persist: Built, times: int) -> None:
    """Print the init duration of the persist function."""
    inits: list[float] = []
    for _ in range(times):
        with persist.running([max(os.sched_getaffinity(0))]) as pool:
            pool(b'{"Records": []}')
        inits += pool.sandboxes[0].timings().inits
    print(f"    {'import of persist':36}{statistics.median(inits):8.0f}{min(inits):8.0f}")


def main() -> int:
    """Run the measurements; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.emulated", description=__doc__)
    parser.add_argument("--runs", type=int, default=500, help="requests of each measurement")
    missed = report(parser.parse_args().runs)
    for line in missed:
        print("missed:", line)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
