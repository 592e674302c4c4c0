"""The persist function's handler, with its adapters in memory."""

import importlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from benchmarks.workers.darkroom_handler import ENVIRONMENT, KEY, LambdaContext, holding
from darkroom.buckets import Bucket
from darkroom.jobs import Job, JobTarget
from darkroom.ports.objects import ObjectAttributes, PutResult
from tests.fakes.job_services import memory_job_services

QUEUES = {
    "DARKROOM_TABLE": "unused",
    "DARKROOM_JOBS_QUEUE": "unused",
    "DARKROOM_DEAD_LETTER_QUEUE": "unused",
}


@dataclass(frozen=True, kw_only=True)
class MemoryWriter:
    """Stores written objects by bucket and key."""

    stored: dict[str, bytes] = field(default_factory=dict)

    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        attributes: ObjectAttributes,  # noqa: ARG002 - the port's
        *,
        overwrite: bool = True,  # noqa: ARG002 - the port's
    ) -> PutResult:
        """Store the body; return a fixed ETag."""
        self.stored[f"{bucket}/{key}"] = body
        return PutResult(etag="0" * 32)


class Persist:
    """The persist function, invoked with one job at a time."""

    def __init__(self, source: bytes) -> None:
        """Import the function with a store that has the source."""
        os.environ |= ENVIRONMENT | QUEUES
        self._app: Any = importlib.import_module("functions.persist.app")
        self._objects = holding(source)
        self._number = 0

    def run(self, processes: Sequence[str]) -> dict[str, bytes]:
        """Run a job with these targets and return the stored results by bucket and key."""
        self._number += 1
        writer = MemoryWriter()
        job_services = memory_job_services()
        self._app.services = replace(
            self._app.services,
            objects=self._objects,
            writer=writer,
            buckets=_Demo(),
            jobs=job_services,
        )
        self._app.job_services = job_services
        reply = self._app.handler(_batch(self._number, processes), LambdaContext())
        if reply["batchItemFailures"] or len(writer.stored) != len(processes):
            raise RuntimeError(f"the job failed: {job_services}")
        return writer.stored


class _Demo:
    """A bucket store that has every bucket, with default settings."""

    def find(self, name: str) -> Bucket:
        """Return a bucket of this name."""
        return Bucket(name=name)


def _batch(number: int, processes: Sequence[str]) -> dict[str, Any]:
    job = Job(
        task_id=f"Image-{number}",
        event_id=f"{number}",
        bucket="demo",
        key=KEY,
        targets=tuple(
            JobTarget(process=process, bucket="demo", key=f"{index}.{{autoext}}")
            for index, process in enumerate(processes)
        ),
        accepted=datetime.now(UTC),
    )
    record = {
        "messageId": f"{number}",
        "receiptHandle": f"{number}",
        "body": job.to_json(),
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    return {"Records": [json.loads(json.dumps(record))]}
