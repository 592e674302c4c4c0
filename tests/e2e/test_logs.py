"""The built function at DEBUG under Lambda's runtime: details are logged, secrets are not."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from darkroom.process.parameters import encode_base64
from local.emulator import Sandbox, emulated
from local.sam_build import BuiltFunction
from tests.e2e.conftest import ENVIRONMENT, available
from tests.e2e.stores import gradient, put
from tests.functional.conftest import http_event

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

TEXT = encode_base64("for her eyes only")
PROCESS = f"image/resize,w_100/watermark,text_{TEXT}"


@pytest.fixture(scope="module")
def sandbox(
    artefact: BuiltFunction,
    store: dict[str, str],
    s3: "S3Client",
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sandbox]:
    """Run the function with a sample rate of 1."""
    put(s3, "watched.jpg", gradient())
    environment = {
        **store,
        **ENVIRONMENT,
        "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
        "DARKROOM_DEBUG_SAMPLE_RATE": "1",
    }
    logs = tmp_path_factory.mktemp("watched")
    with available(), emulated(artefact, environment, logs=logs) as pool:
        yield pool.sandboxes[0]


def get(sandbox: Sandbox) -> dict[str, Any]:
    """Request a picture."""
    event = http_event(
        "/pictures/watched.jpg", f"x-oss-process={PROCESS}", method="GET", headers={"host": "api"}
    )
    reply: dict[str, Any] = json.loads(sandbox.invoke(json.dumps(event).encode()))
    assert reply["statusCode"] == 200
    return reply


def test_details_are_logged_without_secrets(sandbox: Sandbox) -> None:
    """Details are logged without secrets, and only by the service's own logger."""
    reply = get(sandbox)
    output = sandbox.log.read_text()
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    request_id = reply["headers"]["x-oss-request-id"]
    messages = {line["message"] for line in lines if line.get("request_id") == request_id}
    assert messages >= {"process parsed", "plan", "aws call", "request"}
    assert "text_…" in output or "text_\\u2026" in output
    assert TEXT not in output
    detailed = {line.get("logger") for line in lines if line.get("level") == "DEBUG"}
    assert detailed == {None}, "only lines of the service name no logger"
