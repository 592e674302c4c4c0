"""Copies of one imported process function, as SnapStart makes them."""

import io
import json
import os
import re
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from darkroom.auth import SignedRequest
from darkroom.aws.secrets import access_keys
from local.emulator import Programs
from local.events import HttpRequest, event
from local.sam_build import BuiltFunction
from local.triggers import Trigger
from tests.e2e.conftest import ENVIRONMENT, available
from tests.e2e.queue_harness import set_up_queues
from tests.e2e.role import keys
from tests.e2e.stores import BUCKET, connected, noise, put
from tests.faulty_proxy import FaultyProxy
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

COPIES = 3
THUMBNAIL = "/pictures/holiday/beach%201.jpg?x-oss-process=image/resize,w_100"
SUBMIT = b"x-oss-async-process=image%2Fresize%2Cw_30%7Csys%2Fsaveas%2Co_Yy5qcGc"

KEY = {"id": "k", "secret": "s", "buckets": ["*"], "permissions": ["read", "write"]}


def signed(method: str, key: str, subresource: str, body: bytes = b"") -> HttpRequest:
    """Sign a request."""
    request = SignedRequest(
        method=method,
        bucket="pictures",
        key=key,
        query=((subresource, ""),),
        headers={"content-length": str(len(body))},
        body=lambda: body,
    )
    (access_key,) = access_keys(json.dumps([KEY])).values()
    request = oss_client.v4_header(request, access_key, now=datetime.now(UTC), region="eu-west-1")
    headers = tuple(request.headers.items())
    return HttpRequest(method=method, target=request.target(), headers=headers, body=body)


def requests() -> dict[str, HttpRequest]:
    """Return the requests that every copy handles, by name."""
    return {
        "link": HttpRequest(method="GET", target="/pictures/large%20one.jpg"),
        "upload": signed("POST", "parts.bin", "uploads"),
        "job": signed("POST", "holiday/beach 1.jpg", "x-oss-async-process", SUBMIT),
        # The last, since it leaves its connection open.
        "thumbnail": HttpRequest(method="GET", target=THUMBNAIL),
    }


@pytest.fixture(scope="module")
def environment(artefact: BuiltFunction, store: dict[str, str], s3: "S3Client") -> dict[str, str]:
    """Return the variables of a SnapStart function: a credentials endpoint and no keys."""
    put(s3, "large one.jpg", noise(2000, 1600))
    harness = set_up_queues(store)
    secrets = connected(store, "secretsmanager")
    secrets.create_secret(Name="keys-of-copies", SecretString=json.dumps([KEY]))
    found = {name: value for name, value in store.items() if name.startswith("AWS_ENDPOINT_URL")}
    return {
        **ENVIRONMENT,
        **harness.environment,
        **found,
        "DARKROOM_BUCKETS": json.dumps({"pictures": {"s3": BUCKET, "acl": "public-read"}}),
        "DARKROOM_KEYS_SECRET": "keys-of-copies",
        "DARKROOM_RESULTS_BUCKET": "results",
        "DARKROOM_FONTS": str(artefact.fonts),
        # Neither code nor layers can be written to on Lambda.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(map(str, artefact.paths)),
        "AWS_DEFAULT_REGION": store["AWS_DEFAULT_REGION"],
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
    }


@pytest.fixture(scope="module")
def seen(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Copy the imported function; return the replies and the state of every copy."""
    path = tmp_path_factory.mktemp("copies") / "seen.json"
    now = datetime.now(UTC)
    events = {name: event(request, Trigger.HTTP_API, now) for name, request in requests().items()}
    with available():
        python = Programs.find(os.environ).python
    # A connection through the proxy stays open, as one to S3 does.
    with (
        FaultyProxy(upstream=environment["AWS_ENDPOINT_URL_S3"]).open() as proxy,
        keys() as address,
    ):
        subprocess.run(
            [python, Path(__file__).with_name("snapshot_copies.py"), str(COPIES), path],
            input=json.dumps(events),
            text=True,
            env={
                **environment,
                "AWS_ENDPOINT_URL_S3": proxy.address,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": address,
            },
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return json.loads(path.read_text())


def replies(seen: Any, name: str) -> Iterator[tuple[int, dict[str, str], bytes]]:
    """Yield the replies of all copies to a request."""
    for copy in seen["copies"]:
        reply = copy["replies"][name]
        body = b64decode(reply["body"]) if reply["isBase64Encoded"] else reply["body"].encode()
        yield reply["statusCode"], reply["headers"], body


def test_every_copy_answers(seen: Any) -> None:
    """Every copy answers at the first attempt with the same picture."""
    answers = list(replies(seen, "thumbnail"))
    assert {status for status, _, _ in answers} == {200}
    (picture,) = {body for _, _, body in answers}
    assert Image.open(io.BytesIO(picture)).size == (100, 75)


def test_nothing_is_connected_before_the_snapshot(seen: Any) -> None:
    """No connection is open at the snapshot: it would be closed in every copy."""
    assert seen["connected"] == []


def test_each_copy_has_its_own_connections(seen: Any) -> None:
    """Every copy opens connections of its own."""
    sockets = [set(copy["sockets"]) for copy in seen["copies"]]
    assert all(sockets)
    assert len(set.union(*sockets)) == sum(map(len, sockets))


def test_request_ids(seen: Any) -> None:
    """Request ids differ between all requests of all copies."""
    names = requests().keys()
    ids = [headers["x-oss-request-id"] for name in names for _, headers, _ in replies(seen, name)]
    assert len(set(ids)) == COPIES * len(names)


@pytest.mark.parametrize("member", ["EventId", "TaskId", "RequestId"])
def test_ids_of_jobs(member: str, seen: Any) -> None:
    """Every copy gives a job ids of its own."""
    answers = [json.loads(body) for _, _, body in replies(seen, "job")]
    assert len({answer[member] for answer in answers}) == COPIES


def test_upload_ids(seen: Any) -> None:
    """Every copy initiates an upload of its own."""
    found = [
        re.findall(rb"<UploadId>(.+)</UploadId>", body) for *_, body in replies(seen, "upload")
    ]
    assert len({name for (name,) in found}) == COPIES


def test_randomness(seen: Any) -> None:
    """The random numbers of the copies differ."""
    assert len({copy["drawn"] for copy in seen["copies"]}) == COPIES


def test_credentials(seen: Any) -> None:
    """Credentials that expired since the snapshot are replaced before a URL is signed."""
    used = set()
    for status, headers, _ in replies(seen, "link"):
        assert status == 302
        (credential,) = parse_qs(urlsplit(headers["location"]).query)["X-Amz-Credential"]
        used.add(credential.partition("/")[0])
    assert "KEY1" not in used
    assert len(used) == COPIES
