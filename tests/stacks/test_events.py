"""The built functions with the environment of a created stack; first steps of the manual."""

import base64
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from local.emulator import Pool, emulated
from local.gateway import Gateway
from local.sam_build import read_function
from local.server import serving
from tests.deployments import EXAMPLES
from tests.e2e.queue_harness import KEY, RULE
from tests.e2e.stores import BUCKET, gradient
from tests.e2e.test_events import EVENTS, EXPECTED
from tests.e2e.test_persist import EXPECTED as EXPECTED_OBJECTS
from tests.stacks.emulated_aws import ROOT, EmulatedAws, Sam

GIVEN = {
    "ExistingBucket": BUCKET,
    "DomainName": EXAMPLES["DomainName"],
    "Certificate": EXAMPLES["Certificate"],
    "ObjectEvents": "true",
}
"""The bucket and the domain that the events name."""


@pytest.fixture(scope="module")
def s3(aws: EmulatedAws) -> Any:
    """Create the existing bucket with the picture that the events name."""
    client = aws.client("s3")
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client.put_object(Bucket=BUCKET, Key=KEY, Body=gradient(), ContentType="image/jpeg")
    return client


@pytest.fixture(scope="module")
def outputs(sam: Sam, s3: Any) -> dict[str, str]:
    """Create the stack, and put a key into its secret."""
    assert s3
    made = sam.created("events", **GIVEN)
    keys = [
        {
            "id": "editors",
            "secret": "s3",
            "buckets": ["*"],
            "permissions": ["read", "write", "admin"],
        }
    ]
    sam.aws.client("secretsmanager").put_secret_value(
        SecretId=made["KeysSecret"], SecretString=json.dumps(keys)
    )
    return made


@pytest.fixture(scope="module")
def process(
    aws: EmulatedAws, outputs: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pool]:
    """Run the process function with the variables that the stack gave it, and no others."""
    with running(aws, outputs, "ProcessFunction", tmp_path_factory.mktemp("process")) as pool:
        yield pool


def running(aws: EmulatedAws, outputs: dict[str, str], function: str, logs: Path) -> Any:
    """Run a function of the build under the Lambda emulator."""
    environment = {**aws.variables, **aws.environment(outputs[function])}
    return emulated(read_function(ROOT / ".aws-sam/build", function), environment, logs=logs)


def test_the_first_steps_of_the_manual(
    aws: EmulatedAws, outputs: dict[str, str], process: Pool, tmp_path: Path
) -> None:
    """A private bucket refuses the request; with the key, its settings are stored."""
    event = json.loads((EVENTS / "api-get-processed.json").read_text())
    assert json.loads(process(json.dumps(event).encode()))["statusCode"] == 403
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"acl": "public-read", "events": [RULE]}))
    with serving(Gateway(invoke=process, log=lambda _: None).answer) as server:
        command = [
            *(sys.executable, str(ROOT / "tools/bucket_settings.py")),
            *(f"http://127.0.0.1:{server.server_port}", "pictures", str(settings)),
        ]
        done = subprocess.run(
            command,
            env={"DARKROOM_ACCESS_KEY_ID": "editors", "DARKROOM_ACCESS_KEY_SECRET": "s3"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    item = aws.client("dynamodb").scan(TableName=outputs["Table"])["Items"]
    assert "public-read" in json.dumps(item)


@pytest.mark.parametrize("name", EXPECTED)
def test_request(name: str, process: Pool) -> None:
    """Each HTTP event is answered with the expected status, type and picture size."""
    status, content_type, size = EXPECTED[name]
    reply = json.loads(process((EVENTS / f"{name}.json").read_bytes()))
    assert (reply["statusCode"], reply["headers"]["content-type"]) == (status, content_type)
    if size:
        assert Image.open(io.BytesIO(base64.b64decode(reply["body"]))).size == size


def test_the_daily_invocation(aws: EmulatedAws, outputs: dict[str, str], process: Pool) -> None:
    """The rule invokes the alias; its event is answered without a log line of a request."""
    rule = aws.resources("events")["DailyInvocation"].rpartition("|")[2]
    (target,) = aws.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    assert target["Arn"].endswith(f":function:{outputs['ProcessFunction']}:live")
    event = {"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
    before = process.sandboxes[0].log.read_text().count('"message":"request"')
    assert json.loads(process(json.dumps(event).encode())) == {}
    assert process.sandboxes[0].log.read_text().count('"message":"request"') == before > 0


def test_jobs(
    aws: EmulatedAws, outputs: dict[str, str], s3: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each batch stores its results with the rule that was saved; the poison is dead-lettered."""
    etag = s3.head_object(Bucket=BUCKET, Key=KEY)["ETag"].strip('"')
    logs = tmp_path_factory.mktemp("persist")
    with running(aws, outputs, "PersistFunction", logs) as persist:
        for name, expected in EXPECTED_OBJECTS.items():
            text = (EVENTS / f"{name}.json").read_text()
            # Rules apply to objects that are newer than the rule.
            tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
            event = text.replace("0123456789abcdef0123456789abcdef", etag)
            event = event.replace("2026-09-01", tomorrow)
            assert json.loads(persist(event.encode())) == {"batchItemFailures": []}, name
            for key in expected:
                body = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
                image = Image.open(io.BytesIO(body))
                assert (image.format, image.size) == expected[key], name
    dead = aws.client("sqs").receive_message(QueueUrl=outputs["DeadLetters"])["Messages"]
    assert len(dead) == 1
