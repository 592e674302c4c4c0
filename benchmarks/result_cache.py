"""The time that the result cache saves: `python -m benchmarks.result_cache`.

Prints the table of docs/deploy.md: milliseconds of the process function without a cache, for a
miss and for a hit. They are the minimum of many runs on one core, by Server-Timing, with the time
of S3 apart.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from msgspec.structs import replace

from benchmarks.environment import ALLOCATOR, environment
from benchmarks.http_clients import stages_of
from benchmarks.pictures import picture
from benchmarks.tasks import PHOTO
from benchmarks.workers.darkroom_handler import ENVIRONMENT, KEY, LambdaContext, event, loaded
from local.moto_server import stores

BUCKET = "results"

WORK = {
    "100 wide, JPEG": "image/resize,w_100",
    "720 wide, WebP": "image/resize,w_720/format,webp",
    "whole, JPEG": "image/quality,Q_80",
    "1200 wide, AVIF": "image/resize,w_1200/format,avif",
    "whole, blurred": "image/blur,r_10,s_5",
    "whole, WebP": "image/format,webp",
}

HEADING = (
    f"{'milliseconds':22}| processing | {'no cache: all, S3':18} | {'miss: all, S3':18} | "
    f"{'hit: all, S3':18}"
)

PROCESSING_STAGES = ("decode", "pixels", "encode")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Milliseconds of one request: in all, of S3, and of processing the picture."""

    total: float
    store: float
    processing: float

    @classmethod
    def of(cls, timing: str) -> "Spent":
        """Parse a `Server-Timing` header."""
        stages = stages_of(timing)
        return cls(
            total=stages["total"],
            store=stages.get("store", 0) + stages.get("results", 0),
            processing=sum(stages.get(name, 0) for name in PROCESSING_STAGES),
        )


class Service:
    """The process function, with S3 and its result cache in another process."""

    def __init__(self, source: bytes) -> None:
        """Store the picture and load the function."""
        self._s3 = boto3.client("s3")
        for name in ("demo", BUCKET):
            self._s3.create_bucket(Bucket=name)
        self._s3.put_object(Bucket="demo", Key=KEY, Body=source)
        self._app: Any = loaded()
        self._services = self._app.services

    def uncached(self, process: str) -> Spent:
        """Send a request without a result cache."""
        self._app.services = replace(self._services, result_cache=None)
        return self._get(process)

    def miss(self, process: str) -> Spent:
        """Send a request with an empty result cache."""
        for entry in self._s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self._s3.delete_object(Bucket=BUCKET, Key=entry["Key"])
        return self.hit(process)

    def hit(self, process: str) -> Spent:
        """Send a request with the result cache as it is."""
        self._app.services = self._services
        return self._get(process)

    def _get(self, process: str) -> Spent:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            reply = self._app.handler(event(process), LambdaContext())
        if reply["statusCode"] != 200:
            raise RuntimeError(reply)
        return Spent.of(reply["headers"]["server-timing"])


def main() -> None:
    """Measure each process, alternating its three kinds of request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.result_cache", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    if not ALLOCATOR.keys() <= os.environ.keys():
        # malloc reads its variables at the start of a process.
        command = [sys.executable, "-m", "benchmarks.result_cache", *sys.argv[1:]]
        sys.exit(subprocess.run(command, check=False, env=environment()).returncode)
    os.environ |= {**ENVIRONMENT, "DARKROOM_RESULT_CACHE": "true"}
    os.environ["DARKROOM_RESULTS_BUCKET"] = BUCKET
    with stores(os.environ) as found, tempfile.TemporaryDirectory() as folder:
        os.environ |= found
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        service = Service(picture(PHOTO, Path(folder)).read_bytes())
        print(HEADING)
        for name, process in WORK.items():
            print(f"{name:22}| {_row(service, process, runs)}", flush=True)


def _row(service: Service, process: str, runs: int) -> str:
    kinds = {"uncached": service.uncached, "miss": service.miss, "hit": service.hit}
    spent: dict[str, list[Spent]] = {kind: [] for kind in kinds}
    for _ in range(runs):
        for kind, request in kinds.items():
            spent[kind].append(request(process))
    processing = min(one.processing for one in spent["uncached"])
    least = {kind: min(of, key=lambda one: one.total) for kind, of in spent.items()}
    pairs = (f"{one.total:11.1f} {one.store:6.1f}" for one in least.values())
    return f"{processing:10.1f} | " + " | ".join(pairs)


if __name__ == "__main__":
    main()
