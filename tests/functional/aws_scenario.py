"""A scenario in which both functions make every AWS call that the package can make."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

import boto3
from PIL import Image

from darkroom.auth.signed_request import Pairs
from darkroom.process.parameters import encode_base64
from darkroom.web.cdn import ORIGIN_TOKEN_HEADER
from local import demo
from local.poller import Poller
from local.queues import ensure_queues
from tests.faulty_proxy import FaultyProxy, breaks
from tests.functional.call_recorder import CallRecorder, Site
from tests.functional.conftest import (
    KEYS,
    Ask,
    LambdaContext,
    Reply,
    request_sender,
    signing_sender,
)
from tests.functional.function_instances import new_instance
from tests.permissions import Call
from tests.pictures import photographic, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

SMALL = stored(photographic((40, 30)), "JPEG")
SMALLER = (("x-oss-process", "image/resize,w_20"),)
LARGE = stored(Image.new("RGB", (1300, 1200), "teal"))
BITMAP = (("x-oss-process", "image/format,bmp"),)
OVER_REPLY_LIMIT = bytes(4_500_001)

VARIABLES = {
    "grants-pictures": "DARKROOM_BUCKETS",
    "grants-versions": "DARKROOM_BUCKETS",
    "grants-results": "DARKROOM_RESULTS_BUCKET",
    "grants-keys": "DARKROOM_KEYS_SECRET",
    "grants-origin": "DARKROOM_ORIGIN_SECRET",
    "grants-table": "DARKROOM_TABLE",
    "grants-jobs": "DARKROOM_JOBS_QUEUE",
    "grants-jobs-dead": "DARKROOM_DEAD_LETTER_QUEUE",
    "grants-topic": "DARKROOM_TOPICS",
    "grants-topic-queue": "DARKROOM_TOPICS",
}
"""The environment variable that names each resource of the scenario."""


class Recorded(NamedTuple):
    """The recorded calls of the scenario."""

    calls: Mapping[str, list[Call]]
    """By the role of the function that made them."""
    sites: set[Site]


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The resources of the scenario, and the environment variables that name them."""

    s3: "S3Client"
    sqs: "SQSClient"
    jobs: str
    environment: Mapping[str, str]


def create_resources(s3: "S3Client") -> Resources:
    """Create the resources of `VARIABLES`."""
    for name in ("grants-pictures", "grants-versions", "grants-results"):
        s3.create_bucket(Bucket=name)
    versioned = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket="grants-versions", VersioningConfiguration=versioned)  # type: ignore[arg-type]
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="grants-keys", SecretString=json.dumps(KEYS))
    secrets.create_secret(Name="grants-origin", SecretString="token")
    demo.ensure_table(boto3.client("dynamodb"), "grants-table")
    sqs = boto3.client("sqs")
    queues = ensure_queues(sqs, "grants-jobs")
    topics = {
        "topic": boto3.client("sns").create_topic(Name="grants-topic")["TopicArn"],
        "queue": sqs.create_queue(QueueName="grants-topic-queue")["QueueUrl"],
    }
    buckets = {"pictures": {"s3": "grants-pictures"}, "versions": {"s3": "grants-versions"}}
    environment = {
        **queues.settings,
        "DARKROOM_BUCKETS": json.dumps(buckets),
        "DARKROOM_RESULTS_BUCKET": "grants-results",
        "DARKROOM_RESULT_CACHE": "true",
        "DARKROOM_KEYS_SECRET": "grants-keys",
        "DARKROOM_ORIGIN_SECRET": "grants-origin",
        "DARKROOM_ORIGIN_SECRET_REQUIRED": "false",
        "DARKROOM_TABLE": "grants-table",
        "DARKROOM_TOPICS": json.dumps(topics),
    }
    return Resources(s3=s3, sqs=sqs, jobs=queues.jobs, environment=environment)


def run_scenario(s3: "S3Client") -> Recorded:
    """Create the resources, and send requests and messages to both functions."""
    resources = create_resources(s3)
    process, persist = CallRecorder(), CallRecorder()
    with process.recording(), FaultyProxy(upstream=s3.meta.endpoint_url).open() as proxy:
        environment = {**resources.environment, "AWS_ENDPOINT_URL_S3": proxy.address}
        app = new_instance("process_with_recorder", **environment)
        ask = Requests(signing_sender(request_sender(app)))
        read_and_process(ask, proxy)
        redirect(ask, s3)
        write_and_delete(ask)
        upload_in_parts(ask)
        configure(ask)
        submit_jobs(ask)
    with persist.recording():
        app = new_instance("persist_with_recorder", function="persist", **resources.environment)
        run_jobs(app, resources)
    calls = {"ProcessRole": process.calls, "PersistRole": persist.calls}
    return Recorded(calls=calls, sites=process.sites | persist.sites)


@dataclass(frozen=True)
class Requests:
    """Sends requests signed by `owner` and asserts the status of the reply."""

    send: Ask

    def __call__(
        self, expected: int, method: str, bucket: str, key: str = "", query: Pairs = (), **more: Any
    ) -> Reply:
        """Send a request; assert the expected status."""
        reply = self.send(method, bucket, key, by="owner", query=query, **more)
        assert reply.status == expected, (method, bucket, key, query, reply.body)
        return reply


def read_and_process(ask: Requests, proxy: FaultyProxy) -> None:
    """Read objects, versions, a missing key and a broken body; process a picture twice."""
    first = ask(200, "PUT", "versions", "a", body=SMALL).headers["x-oss-version-id"]
    for query in ((), (("versionId", first),)):
        ask(200, "GET", "versions", "a", query)
        ask(200, "HEAD", "versions", "a", query)
        ask(200, "GET", "versions", "a", (*query, *SMALLER))
    ask(200, "PUT", "pictures", "small", body=SMALL, headers={ORIGIN_TOKEN_HEADER: "token"})
    proxy.faults.append(breaks(after=10))
    assert ask(200, "GET", "pictures", "small").body == SMALL
    ask(404, "GET", "pictures", "missing")


def redirect(ask: Requests, s3: "S3Client") -> None:
    """Read an object and a result that exceed the reply limit, by presigned URLs."""
    for bucket in ("pictures", "versions"):
        s3.put_object(Bucket=f"grants-{bucket}", Key="large", Body=OVER_REPLY_LIMIT)
        ask(302, "GET", bucket, "large")
    ask(200, "PUT", "pictures", "large.png", body=LARGE)
    ask(302, "GET", "pictures", "large.png", BITMAP)


def write_and_delete(ask: Requests) -> None:
    """Store, copy, list and delete objects and versions."""
    tagged = {"x-oss-tagging": "a=1"}
    ask(200, "PUT", "pictures", "tagged", body=SMALL, headers=tagged)
    tags = b"<Tagging><TagSet><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>"
    ask(200, "PUT", "pictures", "tagged", (("tagging", ""),), body=tags)
    assert ask(200, "GET", "pictures", "tagged", (("tagging", ""),)).body.endswith(tags + b"\n")
    ask(204, "DELETE", "versions", "a", (("tagging", ""),))
    for source in ("/pictures/tagged", "/versions/a"):
        copied = {"x-oss-copy-source": source, "x-oss-forbid-overwrite": "true"}
        ask(200, "PUT", "pictures", f"copies{source}", headers=copied)
    ask(200, "GET", "pictures", query=(("list-type", "2"),))
    ask(204, "DELETE", "pictures", "tagged")
    for bucket in ("pictures", "versions"):
        for name in ("versions", "versioning"):
            ask(200, "GET", bucket, query=((name, ""),))
    version = ask(200, "PUT", "versions", "b", body=SMALL).headers["x-oss-version-id"]
    ask(204, "DELETE", "versions", "b", (("versionId", version),))
    body = b"<Delete><Object><Key>copies/versions/a</Key></Object></Delete>"
    ask(200, "POST", "pictures", query=(("delete", ""),), body=body)


def upload_in_parts(ask: Requests) -> None:
    """Complete one upload and abort another."""
    for key, complete in (("joined", True), ("aborted", False)):
        tagged = {"x-oss-tagging": "a=1", "x-oss-forbid-overwrite": "true"}
        initiated = ask(200, "POST", "pictures", key, (("uploads", ""),), headers=tagged)
        upload = (("uploadId", ET.fromstring(initiated.body).findtext("UploadId") or ""),)
        ask(200, "PUT", "pictures", key, (("partNumber", "1"), *upload), body=SMALL)
        ask(200, "GET", "pictures", key, upload)
        ask(200, "GET", "pictures", query=(("uploads", ""),))
        if complete:
            headers = {"x-oss-complete-all": "yes"}
            ask(200, "POST", "pictures", key, upload, headers=headers)
        else:
            ask(204, "DELETE", "pictures", key, upload)


def configure(ask: Requests) -> None:
    """Save a style and the settings of a bucket."""
    style = b"<Style><Content>image/resize,w_20</Content></Style>"
    ask(200, "PUT", "pictures", query=(("style", ""), ("styleName", "small")), body=style)
    targets = [{"process": "style/small", "key": "made-by-rule"}]
    settings = {"events": [{"prefix": "small", "targets": targets}]}
    body = json.dumps(settings).encode()
    ask(200, "PUT", "pictures", query=(("x-oss-bucket-settings", ""),), body=body)


def submit_jobs(ask: Requests) -> None:
    """Submit a job that succeeds and one that fails, each with a notification."""
    name = "x-oss-async-process"
    for process, topic in (("image/resize,w_20", "topic"), ("image/crop,x_500", "queue")):
        target = f"|sys/saveas,o_{encode_base64('made')}/notify,topic_{encode_base64(topic)}"
        body = f"{name}={process}{target}".encode()
        reply = ask(200, "POST", "pictures", "small", ((name, ""),), body=body)
        query = ((name, ""), ("taskId", json.loads(reply.body)["TaskId"]))
        ask(200, "GET", "pictures", "small", query)


def run_jobs(app: ModuleType, resources: Resources) -> None:
    """Run the jobs and a rule, dead-letter a message, and run out of time for another one."""
    sqs = resources.sqs
    etag = resources.s3.head_object(Bucket="grants-pictures", Key="small")["ETag"]
    detail = {"bucket": {"name": "grants-pictures"}, "object": {"key": "small", "etag": etag}}
    created = {"detail-type": "Object Created", "time": "2100-01-01T00:00:00Z", "detail": detail}
    for body in (json.dumps(created), "neither a job nor an event"):
        sqs.send_message(QueueUrl=resources.jobs, MessageBody=body)

    def work(milliseconds: int) -> int:
        def invoke(event: bytes, /) -> bytes:
            context = LambdaContext(milliseconds=milliseconds)
            return json.dumps(app.handler(json.loads(event), context)).encode()

        return Poller(sqs=sqs, queue=resources.jobs, invoke=invoke).once(wait=0)

    assert work(29_000) == 4
    resources.s3.head_object(Bucket="grants-pictures", Key="made")
    resources.s3.head_object(Bucket="grants-pictures", Key="made-by-rule")
    sqs.send_message(QueueUrl=resources.jobs, MessageBody=json.dumps(created))
    assert work(6_000) == 1
