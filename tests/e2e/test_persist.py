"""The SQS batches in events/, sent to the built persist function."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from local.emulator import Pool, emulated
from local.sam_build import read_function
from tests.e2e.conftest import available
from tests.e2e.queue_harness import KEY, QueueHarness, set_up_queues
from tests.e2e.stores import BUCKET

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

EVENTS = Path(__file__).parents[2] / "events"

BY_RULE = {"small/beach 1.jpg": ("JPEG", (100, 75)), "icons/beach 1.png": ("PNG", (50, 38))}

EXPECTED = {
    "queue-job": {"jobs/beach.jpg": ("JPEG", (200, 150))},
    "queue-eventbridge": BY_RULE,
    "queue-notification": BY_RULE,
    "queue-poison": {},
}
"""The results that each batch stores: format and size by key."""

NO_FAILURES: dict[str, list[object]] = {"batchItemFailures": []}


@pytest.fixture(scope="module")
def harness(store: dict[str, str]) -> QueueHarness:
    """Create table and queues."""
    return set_up_queues(store)


@pytest.fixture(scope="module")
def persist(
    build: Path,
    store: dict[str, str],
    s3: "S3Client",
    harness: QueueHarness,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pool]:
    """Run one sandbox of the function."""
    logs = tmp_path_factory.mktemp("logs")
    environment = {**store, **harness.environment, "AWS_ENDPOINT_URL_S3": s3.meta.endpoint_url}
    artefact = read_function(build, "PersistFunction")
    with available(), emulated(artefact, environment, logs=logs) as running:
        yield running


@pytest.fixture(autouse=True)
def cleared(s3: "S3Client") -> None:
    """Delete all results."""
    for key in {key for results in EXPECTED.values() for key in results}:
        s3.delete_object(Bucket=BUCKET, Key=key)


def batch(name: str, s3: "S3Client") -> Any:
    """Read an event, with the ETag of the stored picture."""
    text = (EVENTS / f"{name}.json").read_text()
    etag = s3.head_object(Bucket=BUCKET, Key=KEY)["ETag"].strip('"')
    return json.loads(text.replace("0123456789abcdef0123456789abcdef", etag))


def invoke(persist: Pool, event: Any) -> Any:
    """Invoke the function once."""
    return json.loads(persist(json.dumps(event).encode()))


def test_every_event_is_expected() -> None:
    """Every batch has expected results."""
    assert {path.stem for path in EVENTS.glob("queue-*.json")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_batch(name: str, persist: Pool, harness: QueueHarness, s3: "S3Client") -> None:
    """Each batch stores its results and reports no failure; only the poison is dead-lettered."""
    assert invoke(persist, batch(name, s3)) == NO_FAILURES
    found = {}
    for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        if entry["Key"] in {key for results in EXPECTED.values() for key in results}:
            body = s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
            image = Image.open(io.BytesIO(body))
            found[entry["Key"]] = image.format, image.size
    assert found == EXPECTED[name]
    dead_lettered = harness.take_dead_lettered()
    assert len(dead_lettered) == (name == "queue-poison")
    assert all("neither a job nor an event" in reason for _, reason in dead_lettered)


def test_log_and_metrics(persist: Pool, s3: "S3Client") -> None:
    """A batch logs a line for each message, and metrics in CloudWatch's embedded format."""
    event = batch("queue-job", s3)
    message = json.loads(event["Records"][0]["body"])
    message["job"]["task_id"] = "Image-2"
    event["Records"][0]["body"] = json.dumps(message)
    invoke(persist, event)
    text = persist.sandboxes[0].log.read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if "Image-2" in line.get("tasks", {})]
    assert line["message"] == "message done"
    assert {"store", "decode", "pixels", "encode"} <= line["stage_seconds"].keys()
    counts = [line["JobsDone"] for line in lines if "_aws" in line and "JobsDone" in line]
    assert counts[-1] == [1.0]
