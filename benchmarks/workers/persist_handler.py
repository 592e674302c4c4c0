"""The persist function's handler, with everything around it in memory."""

import importlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from benchmarks.workers.darkroom_handler import ENVIRONMENT, KEY, LambdaContext, holding
from darkroom.buckets import Bucket
from darkroom.jobs import Job, Target
from darkroom.ports.objects import ObjectAttributes, PutResult
from tests.fakes.job_services import memory_job_services

QUEUES = {
    "DARKROOM_TABLE": "unused",
    "DARKROOM_JOBS_QUEUE": "unused",
    "DARKROOM_DEAD_LETTER_QUEUE": "unused",
}


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Takes what is written; the newest under each key."""

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
        """Keep the body."""
        self.stored[f"{bucket}/{key}"] = body
        return PutResult(etag="0" * 32)


class Persist:
    """The function, one batch of one job at a time."""

    def __init__(self, source: bytes) -> None:
        """Load it, and put the source where it is read from."""
        os.environ |= ENVIRONMENT | QUEUES
        self._app: Any = importlib.import_module("functions.persist.app")
        self._objects = holding(source)
        self._number = 0

    def run(self, processes: Sequence[str]) -> dict[str, bytes]:
        """Work on one job of these targets and give what it made."""
        self._number += 1
        shelf = Shelf()
        place = memory_job_services()
        self._app.services = replace(
            self._app.services,
            objects=self._objects,
            writer=shelf,
            buckets=_Demo(),
            job_services=place,
        )
        self._app.job_services = place
        reply = self._app.handler(_batch(self._number, processes), LambdaContext())
        if reply["batchItemFailures"] or len(shelf.stored) != len(processes):
            raise RuntimeError(f"the job was not done: {place}")
        return shelf.stored


class _Demo:
    """The one bucket, whose settings are those of the environment."""

    def find(self, name: str) -> Bucket:
        """Give it."""
        return Bucket(name=name)


def _batch(number: int, processes: Sequence[str]) -> dict[str, Any]:
    job = Job(
        task_id=f"Image-{number}",
        event_id=f"{number}",
        bucket="demo",
        key=KEY,
        targets=tuple(
            Target(process=process, bucket="demo", key=f"{place}.{{autoext}}")
            for place, process in enumerate(processes)
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
