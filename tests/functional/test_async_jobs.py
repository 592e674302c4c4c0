"""POST and GET ?x-oss-async-process through both handlers and the queue."""

import importlib
import json
import re
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import boto3
import pytest

from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import load_engine
from darkroom.process.parameters import encode_base64
from local.poller import Poller
from local.queues import DEAD_LETTERS, QUEUE, ensure_queues
from tests.functional.conftest import Ask, LambdaContext, Reply
from tests.pictures import photographic, processed, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

PICTURE = stored(photographic((120, 80)), "JPEG")
NAME = "x-oss-async-process"
RESIZE = "image/resize,w_30"


@pytest.fixture(autouse=True)
def example(s3: "S3Client") -> None:
    """Put a picture into the public bucket."""
    s3.put_object(Bucket="demo", Key="async/a b.jpg", Body=PICTURE)


@pytest.fixture(scope="module")
def persist(app: ModuleType) -> ModuleType:  # noqa: ARG001 - the same environment
    """Import the persist function."""
    return importlib.import_module("functions.persist.app")


@pytest.fixture
def sqs(app: ModuleType) -> "SQSClient":  # noqa: ARG001 - the same environment
    """Recreate the queues: an invisible message of one test would reappear in a later one."""
    client = boto3.client("sqs")
    for name in (QUEUE, DEAD_LETTERS):
        client.delete_queue(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"])
    ensure_queues(client)
    return client


def to(key: str, bucket: str | None = None) -> str:
    """Return the `sys/saveas` part of a process value."""
    named = f",b_{encode_base64(bucket)}" if bucket else ""
    return f"|sys/saveas,o_{encode_base64(key)}{named}"


def post(ask: Ask, value: str, *, by: str | None = "owner", key: str = "async/a b.jpg") -> Reply:
    """Submit a job, its process value URL-encoded."""
    body = f"{NAME}={quote(value, safe='')}".encode()
    return ask("POST", "demo", key, by=by, query=((NAME, ""),), body=body)


def status(
    ask: Ask, task_id: str, *, by: str | None = "owner", key: str = "async/a b.jpg"
) -> Reply:
    """Request the status of a task."""
    return ask("GET", "demo", key, by=by, query=((NAME, ""), ("taskId", task_id)))


def work(sqs: "SQSClient", persist: ModuleType) -> int:
    """Process one batch of messages; return their number."""

    def invoke(event: bytes, /) -> bytes:
        return json.dumps(persist.handler(json.loads(event), LambdaContext())).encode()

    queue = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    return Poller(sqs=sqs, queue=queue, invoke=invoke).once(wait=0)


def code(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def test_the_answer_has_the_documented_members(ask: Ask, sqs: "SQSClient") -> None:  # noqa: ARG001
    """The body is JSON without spaces, its members in the documented order."""
    reply = post(ask, RESIZE + to("async/made.jpg"))
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert re.fullmatch(
        rb'\{"EventId":"[0-9]{3}-[0-9A-Za-z]{27}",'
        rb'"RequestId":"[0-9a-f-]{36}","TaskId":"Image-[0-9a-f-]{36}"\}',
        reply.body,
    )


def test_a_job_succeeds(ask: Ask, s3: "S3Client", sqs: "SQSClient", persist: ModuleType) -> None:
    """A job is Accepted, then Succeeded with its targets once the persist function has run it."""
    task_id = json.loads(post(ask, RESIZE + to("async/made.jpg")).body)["TaskId"]
    waiting: Any = json.loads(status(ask, task_id).body)
    assert (waiting["Status"], waiting["Targets"], waiting["FinishTime"]) == ("Accepted", [], "")
    assert work(sqs, persist) == 1
    result = s3.get_object(Bucket="demo", Key="async/made.jpg")["Body"].read()
    assert result == processed(PICTURE, RESIZE, ProcessingContext(engine=load_engine())).body
    reply = status(ask, task_id)
    assert b"\n" not in reply.body
    ended = json.loads(reply.body)
    assert (ended["Status"], ended["Code"], ended["Attempts"]) == ("Succeeded", "", 1)
    expected = {"Bucket": "demo", "Object": "async/made.jpg", "FileSize": len(result)}
    assert ended["Targets"] == [expected]
    assert work(sqs, persist) == 0


def test_a_failed_job_is_dead_lettered_with_its_reason(
    ask: Ask, s3: "S3Client", sqs: "SQSClient", persist: ModuleType
) -> None:
    """The task names the error, and the dead-lettered message carries the reason."""
    task_id = json.loads(post(ask, "image/crop,x_500" + to("async/never.jpg")).body)["TaskId"]
    assert work(sqs, persist) == 1
    ended = json.loads(status(ask, task_id).body)
    assert (ended["Status"], ended["Code"]) == ("Failed", "BadRequest")
    assert ended["Message"]
    messages = sqs.receive_message(
        QueueUrl=sqs.get_queue_url(QueueName=DEAD_LETTERS)["QueueUrl"],
        MessageAttributeNames=["All"],
    )["Messages"]
    (dead_lettered,) = messages
    assert dead_lettered["MessageAttributes"]["Reason"]["StringValue"].startswith("BadRequest: ")
    assert "never.jpg" not in str(s3.list_objects_v2(Bucket="demo", Prefix="async/"))


@pytest.mark.parametrize(
    ("value", "by", "expected"),
    [
        (RESIZE, "owner", (400, "MissingArgument")),
        (RESIZE + to("a"), None, (403, "AccessDenied")),
        (RESIZE + to("a", "gone-for-good"), "owner", (404, "NoSuchBucket")),
        (RESIZE + to("a") + "/notify,topic_eA", "owner", (400, "InvalidArgument")),
        ("doc/convert,target_pdf" + to("a"), "owner", (400, "Imm Client")),
        ("video/snapshot,t_1" + to("a"), "owner", (400, "Imm Client")),
    ],
    ids=["without saveas", "anonymous", "no such target", "unknown topic", "doc", "video"],
)
def test_an_invalid_submission_is_refused(
    value: str, by: str | None, expected: tuple[int, str], ask: Ask, sqs: "SQSClient"
) -> None:
    """An invalid submission is refused at once and queues nothing."""
    assert code(post(ask, value, by=by)) == expected
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_a_job_for_a_missing_object_is_refused(ask: Ask) -> None:
    """A submission for a missing object is a 404."""
    assert code(post(ask, RESIZE + to("a"), key="async/nowhere.jpg")) == (404, "NoSuchKey")


def test_a_task_is_shown_to_readers_of_its_bucket(ask: Ask, sqs: "SQSClient") -> None:  # noqa: ARG001
    """A task is shown to callers that may read the bucket, under the object's URL only."""
    task_id = json.loads(post(ask, RESIZE + to("async/made.jpg")).body)["TaskId"]
    assert status(ask, task_id, by="reader").status == 200
    assert code(status(ask, task_id, by=None)) == (403, "AccessDenied")
    assert code(status(ask, task_id, by="other")) == (403, "AccessDenied")
    assert code(status(ask, task_id, key="another.jpg")) == (404, "NoSuchTask")
    for unknown in ("Image-0", "", "\0", "x" * 5000):
        assert code(status(ask, unknown)) == (404, "NoSuchTask")


def test_requests_and_jobs_are_counted(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    """Requests and accepted jobs are logged as metrics in CloudWatch's embedded format."""
    assert post(ask, RESIZE + to("async/made.jpg")).status == 200
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    (counted,) = lines
    assert (counted["service"], counted["operation"]) == ("darkroom", "async")
    assert (counted["Requests"], counted["JobsAccepted"]) == ([1.0], [1.0])
    assert counted["Latency"][0] > 0
    assert counted["BytesIn"][0] > len(RESIZE)
