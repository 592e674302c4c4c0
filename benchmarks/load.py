"""Load on the server of the container: `python -m benchmarks.load [--seconds N] [--users N]`.

locust sends mixed traffic to `make run SERVER=1`. Worker processes are killed meanwhile. Prints
each kind of request with its failures and times, the memory of the workers over time, and how many
of the accepted jobs are lost. That stored objects are whole is checked by the users who read them.
"""

import argparse
import csv
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from benchmarks.environment import ROOT, environment
from benchmarks.processes import megabytes, workers_of
from local.child_processes import ChildProcess, StartError

KILL_SECONDS = 30.0
"""Pause between two kills of a worker."""

JOB_SECONDS = 240.0
"""Within them, a job of a killed worker is delivered again and done."""

MEMORY_SAMPLES = 10

JOBS = "jobs"
"""File of the keys that accepted jobs store."""


def _kill_now_and_then(server: int, ended: threading.Event, killed: list[int]) -> None:
    while not ended.wait(KILL_SECONDS):
        for worker in workers_of(server)[:1]:
            os.kill(worker, signal.SIGKILL)
            killed.append(worker)


def main() -> int:
    """Run the load; return 1 if any request failed that no kill explains."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--no-kills", action="store_true", help="let the workers live")
    options = parser.parse_args()
    command = [sys.executable, "-m", "local", "--server", "--port", "0"]
    application = ChildProcess(command, environment=environment(), folder=ROOT)
    ended = threading.Event()
    killed: list[int] = []
    try:
        url = application.read_line().removeprefix("ready: ")
        if not url:
            raise StartError("the server did not start")
        # The URLs that `make run` prints would fill the pipe.
        threading.Thread(target=_discard, args=(application,), daemon=True).start()
        memory = (application.pid, ended, options.seconds / MEMORY_SAMPLES)
        threading.Thread(target=_print_memory, args=memory, daemon=True).start()
        if not options.no_kills:
            given = (application.pid, ended, killed)
            threading.Thread(target=_kill_now_and_then, args=given, daemon=True).start()
        with tempfile.TemporaryDirectory() as name:
            failures = _load(url, Path(name), options.users, options.seconds)
            jobs = (Path(name) / JOBS).read_text().split()
        lost = _missing(url, jobs)
    finally:
        ended.set()
        application.stop()
    print(f"{len(killed)} workers killed, {failures} requests failed")
    print(f"{len(jobs)} jobs accepted, {len(lost)} lost", *lost)
    return 1 if lost or (failures and not killed) else 0


def _print_memory(server: int, ended: threading.Event, seconds: float) -> None:
    while True:
        memory = [megabytes(each) for each in workers_of(server)]
        print("megabytes of the workers:", *memory, flush=True)
        if ended.wait(seconds):
            return


def _missing(url: str, keys: Sequence[str]) -> list[str]:
    """Return the keys that no job has stored some time after the last kill."""
    end = monotonic() + JOB_SECONDS
    missing = list(keys)
    while missing and monotonic() < end:
        missing = [key for key in missing if not _exists(f"{url}/demo/{key}")]
        sleep(1)
    return missing


def _exists(url: str) -> bool:
    try:
        urlopen(Request(url, method="HEAD"), timeout=30).close()  # noqa: S310 - on loopback
    except HTTPError as error:
        error.close()
        return False
    return True


def _discard(application: ChildProcess) -> None:
    while application.read_line():
        pass


def _load(url: str, folder: Path, users: int, seconds: int) -> int:
    """Run locust, print its table, and return the number of failures."""
    (folder / JOBS).touch()
    subprocess.run(
        [
            *(sys.executable, "-m", "locust", "-f", "benchmarks/load_users.py", "--headless"),
            *("--users", str(users), "--spawn-rate", "4", "--run-time", f"{seconds}s"),
            *("--host", url, "--csv", f"{folder}/load", "--only-summary", "--loglevel", "ERROR"),
        ],
        cwd=ROOT,
        env=environment(LOAD_JOBS=str(folder / JOBS)),
        stdout=subprocess.DEVNULL,
        check=False,
    )
    with (folder / "load_stats.csv").open() as file:
        rows = list(csv.DictReader(file))
    with (folder / "load_failures.csv").open() as file:
        errors = [
            (each["Name"], each["Error"][:90], each["Occurrences"]) for each in csv.DictReader(file)
        ]
    print(f"{'':22}{'requests':>9}{'failed':>8}{'/s':>7}{'median':>8}{'p99':>8}")
    for row in rows:
        print(
            f"{row['Name']:22}{row['Request Count']:>9}{row['Failure Count']:>8}"
            f"{float(row['Requests/s']):7.1f}{row['50%']:>8}{row['99%']:>8}"
        )
    for error in errors:
        print(*error)
    return int(rows[-1]["Failure Count"])


if __name__ == "__main__":
    sys.exit(main())
