"""tools/redrive.py and tools/backfill_rules.py as operators call them."""

import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from darkroom.jobs import Job, JobTarget
from local.queues import DEAD_LETTERS, QUEUE, ensure_queues
from tests.fakes.services import NOW
from tests.functional.test_async_jobs import persist, sqs, work
from tests.pictures import photographic, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

__all__ = ["persist", "sqs"]

TOOLS = Path(__file__).parents[2] / "tools"
PICTURE = stored(photographic((40, 30)), "JPEG")
RULE = {
    "prefix": "in/",
    "suffix": ".jpg",
    "targets": [{"process": "image/resize,w_10", "key": "out/{basename}"}],
}


@pytest.fixture
def watched(s3: "S3Client") -> "S3Client":
    """Fill a bucket."""
    s3.create_bucket(Bucket="watched")
    for key in ("in/a.jpg", "in/b.jpg", "in/c.png", "in/d.jpg", "elsewhere/e.jpg"):
        s3.put_object(Bucket="watched", Key=key, Body=PICTURE)
    for entry in s3.list_objects_v2(Bucket="watched", Prefix="out/").get("Contents", []):
        s3.delete_object(Bucket="watched", Key=entry["Key"])
    return s3


def tool(name: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a tool."""
    return subprocess.run(
        [sys.executable, str(TOOLS / name), *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def backfill(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the backfill for a bucket whose rule is newer than its objects."""
    rule = {**RULE, "since": datetime.now(UTC).isoformat()}
    buckets = {"watched": {"events": [rule]}}
    return tool("backfill_rules.py", *arguments, DARKROOM_BUCKETS=json.dumps(buckets))


def messages(sqs: "SQSClient", queue: str) -> list[Any]:
    """Receive and delete all messages of a queue."""
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found: list[Any] = []
    while received := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages"):
        for message in received:
            found.append(message)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_a_dry_run_prints_the_targets(watched: "S3Client", sqs: "SQSClient") -> None:  # noqa: ARG001
    """A dry run prints the targets and queues nothing."""
    done = backfill("watched", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"in/{name}.jpg: image/resize,w_10 -> watched/out/{{basename}}" for name in "abd"
    ]
    assert "5/5" in done.stderr
    assert "3 jobs would be queued" in done.stderr
    assert messages(sqs, QUEUE) == []


def test_a_backfill_queues_existing_objects(watched: "S3Client", sqs: "SQSClient") -> None:  # noqa: ARG001
    """Within a run, an object has one task id; another run has other ids."""
    runs = [("one", ()), ("one", ("--after", "in/a.jpg")), ("two", ("--after", "in/a.jpg"))]
    ids = []
    for name, arguments in runs:
        assert backfill("watched", "in/", "--run", name, *arguments).returncode == 0
        found = [json.loads(message["Body"])["job"] for message in messages(sqs, QUEUE)]
        ids.append({job["key"]: job["task_id"] for job in found})
    first, again, other = ids
    assert first.keys() == {"in/a.jpg", "in/b.jpg", "in/d.jpg"}
    assert again == {key: first[key] for key in ("in/b.jpg", "in/d.jpg")}
    assert other.keys() == again.keys()
    assert not set(other.values()) & set(again.values())


def test_an_unknown_bucket_is_named() -> None:
    """A bucket that is not served ends the tool with a message that names it."""
    done = backfill("unwatched")
    assert (done.returncode, done.stderr.strip()) == (1, "there is no bucket unwatched")


def dead_letter(sqs: "SQSClient", reason: str, key: str) -> None:
    """Put a job into the dead-letter queue as the function does."""
    job = Job(
        task_id=f"Image-{key}",
        event_id="1",
        bucket="demo",
        key=key,
        targets=(JobTarget(process="image/resize,w_10", bucket="demo", key=f"{key}.out"),),
        accepted=NOW,
        redrive_count=1,
    )
    sqs.send_message(
        QueueUrl=sqs.get_queue_url(QueueName=DEAD_LETTERS)["QueueUrl"],
        MessageBody=job.to_json(),
        MessageAttributes={"Reason": {"DataType": "String", "StringValue": reason}},
    )


def test_dead_lettered_messages_are_listed_and_redriven(
    s3: "S3Client", sqs: "SQSClient", persist: ModuleType
) -> None:
    """`--only` sends the messages with that reason back; the others stay in the queue."""
    s3.put_object(Bucket="demo", Key="redriven.jpg", Body=PICTURE)
    dead_letter(sqs, "ServiceUnavailable: busy", "redriven.jpg")
    dead_letter(sqs, "BadRequest: broken", "other.jpg")
    done = tool("redrive.py", "--dry-run")
    shown = re.findall(r"^(\w+):", done.stdout, re.MULTILINE)
    assert sorted(shown) == ["BadRequest", "ServiceUnavailable"]
    assert done.stderr.strip() == "0 sent back, 2 kept"
    done = tool("redrive.py", "--only", "ServiceUnavailable")
    assert done.stderr.strip() == "1 sent back, 1 kept"
    assert work(sqs, persist) == 1
    assert s3.head_object(Bucket="demo", Key="redriven.jpg.out")
    (remaining,) = messages(sqs, DEAD_LETTERS)
    assert json.loads(remaining["Body"])["job"]["key"] == "other.jpg"


def test_the_queues_are_read_from_the_function(s3: "S3Client", sqs: "SQSClient") -> None:  # noqa: ARG001
    """`--function` reads the queues from the deployed function's configuration."""
    dead_letter(sqs, "ServiceUnavailable: busy", "x.jpg")
    deploy("persist", ensure_queues(sqs).settings)
    bare = {"DARKROOM_JOBS_QUEUE": "", "DARKROOM_DEAD_LETTER_QUEUE": ""}
    done = tool("redrive.py", "--function", "persist", **bare)
    assert done.stderr.strip() == "1 sent back, 0 kept"
    assert len(messages(sqs, QUEUE)) == 1


@pytest.mark.parametrize("name", ["redrive.py", "backfill_rules.py"])
def test_an_unreadable_function_is_reported(name: str, s3: "S3Client") -> None:  # noqa: ARG001
    """A missing function ends the tool with one line on stderr."""
    done = tool(name, *["watched"] * (name == "backfill_rules.py"), "--function", "nobody")
    assert done.returncode == 1
    assert re.fullmatch(r"nobody: .* Function not found: .*\n", done.stderr)


def deploy(name: str, variables: dict[str, str]) -> None:
    """Create a function with these variables."""
    trust = {"Version": "2012-10-17", "Statement": []}
    document = json.dumps(trust)
    role = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    code = BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": variables},
    )
