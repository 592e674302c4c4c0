"""Fixtures that invoke the process function on a moto server: HTTP API events in, replies out."""

import base64
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import boto3
import pytest
from moto.server import ThreadedMotoServer

from darkroom.auth import AccessKey, SignedRequest
from darkroom.auth.signed_request import Pairs
from darkroom.aws.secrets import access_keys
from local import demo, queues
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKETS = """{
    "demo": {"acl": "public-read"},
    "closed": {},
    "renamed": {"s3": "s3-name", "acl": "public-read"},
    "versioned": {"s3": "s3-versioned", "acl": "public-read"},
    "open": {"s3": "s3-open", "acl": "public-read-write"},
    "listed": {"s3": "s3-listed"},
    "unbacked": {"s3": "nowhere", "acl": "public-read"},
    "styled": {"acl": "public-read", "delimiters": ["!", "-"]},
    "configured": {"acl": "public-read"},
    "imported": {"acl": "public-read"},
    "broken": {},
    "the-public": {"acl": "public-read", "delimiters": ["!"]},
    "the-private": {"delimiters": ["!"]},
    "the-protected": {
        "acl": "public-read",
        "delimiters": ["!"],
        "protection": {"enabled": true, "suffixes": ["jpg"]}
    }
}"""
KEYS = [
    {"id": "reader", "secret": "s1", "buckets": ["*"], "permissions": ["read"]},
    {"id": "writer", "secret": "s2", "buckets": ["*"], "permissions": ["write"]},
    {"id": "owner", "secret": "s3", "buckets": ["*"], "permissions": ["read", "write", "admin"]},
    {
        "id": "other",
        "secret": "s4",
        "buckets": ["renamed"],
        "permissions": ["read", "write", "admin"],
    },
]
FONTS = Path(__file__).parents[2] / "layers/fonts/fonts"
S3_NAMES = (
    *("demo", "closed", "s3-name", "s3-open", "styled", "configured", "imported"),
    *("the-public", "the-private", "the-protected", "results"),
)


@dataclass(frozen=True, kw_only=True)
class LambdaContext:
    """The context object that the Lambda runtime passes to a handler."""

    milliseconds: int = 29_000
    function_name: str = "process"
    memory_limit_in_mb: int = 1769
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:process"
    aws_request_id: str = "8f5a3f5e-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the timeout."""
        return self.milliseconds


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply of the function, its body decoded."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


type Get = Callable[..., Reply]

type Send = Callable[[SignedRequest], Reply]

type Ask = Callable[..., Reply]


@pytest.fixture(scope="session")
def variables() -> Iterator[Mapping[str, str]]:
    """Start a moto server with buckets, keys, table and queues; yield the environment variables."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "DARKROOM_BUCKETS": BUCKETS,
        "DARKROOM_BASE_DOMAINS": "oss.example.com",
        "DARKROOM_DOMAINS": '{"img.example.org": "demo"}',
        "DARKROOM_RESULTS_BUCKET": "results",
        "DARKROOM_KEYS_SECRET": "keys",
        "DARKROOM_FONTS": str(FONTS),
        "DARKROOM_TABLE": demo.TABLE,
    }
    with environ(environment):
        client = boto3.client("s3")
        for name in S3_NAMES:
            client.create_bucket(Bucket=name)
        boto3.client("secretsmanager").create_secret(Name="keys", SecretString=json.dumps(KEYS))
        demo.ensure_table(boto3.client("dynamodb"))
        queue_settings = queues.ensure_queues(boto3.client("sqs")).settings
    yield {**environment, **queue_settings}
    server.stop()


@contextmanager
def environ(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module", autouse=True)
def module_environ(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the variables for modules whose tests use them, and for no other module."""
    tests = (item for item in request.session.items if item.path == request.path)
    if not any("variables" in getattr(test, "fixturenames", ()) for test in tests):
        yield
        return
    with environ(request.getfixturevalue("variables")):
        yield


@pytest.fixture(scope="session")
def s3(variables: Mapping[str, str]) -> "S3Client":
    """Connect to S3."""
    with environ(variables):
        return boto3.client("s3")


@pytest.fixture(scope="session")
def app(variables: Mapping[str, str]) -> ModuleType:
    """Import the process function."""
    with environ(variables):
        return importlib.import_module("functions.process.app")


@pytest.fixture(scope="session")
def get(app: ModuleType) -> Get:
    """Return a function that sends unsigned requests."""
    return get_sender(app)


@pytest.fixture(scope="session")
def send(app: ModuleType) -> Send:
    """Return a function that sends a request, signed or not."""
    return request_sender(app)


@pytest.fixture(scope="session")
def ask(send: Send) -> Ask:
    """Return a function that sends a request, signed by the key `by` if that is given."""
    return signing_sender(send)


def request_sender(app: ModuleType) -> Send:
    """Return a function that sends requests to a function, signed or not."""

    def send_request(request: SignedRequest) -> Reply:
        return reply_to(app, event_of(request))

    return send_request


def event_of(request: SignedRequest) -> dict[str, Any]:
    """Build the HTTP API event of a request."""
    path, _, query = request.target().partition("?")
    headers = {"host": "api", **request.headers}
    event = http_event(unquote(path), query, method=request.method, headers=headers)
    body = base64.b64encode(request.body()).decode()
    return {**event, "body": body, "isBase64Encoded": True}


def signing_sender(send: Send) -> Ask:
    """Return a function that sends requests, signed by the key `by` if that is given."""

    def ask(
        method: str,
        bucket: str | None,
        key: str = "",
        *,
        by: str | None = None,
        query: Pairs = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        request = SignedRequest(
            method=method,
            bucket=bucket,
            key=key,
            query=query,
            headers={"content-length": str(len(body)), **(headers or {})},
            body=lambda: body,
        )
        if by is not None:
            now = datetime.now(UTC)
            request = oss_client.v4_header(request, access_key(by), now=now, region="eu-west-1")
        return send(request)

    return ask


def reply_to(app: ModuleType, event: Mapping[str, Any], milliseconds: int = 29_000) -> Reply:
    """Invoke a function with an event and decode its reply."""
    reply = app.handler(event, LambdaContext(milliseconds=milliseconds))
    body = reply["body"]
    raw = base64.b64decode(body) if reply["isBase64Encoded"] else body.encode()
    return Reply(status=reply["statusCode"], headers=reply["headers"], body=raw)


def access_key(key_id: str) -> AccessKey:
    """Return an access key by its id."""
    return access_keys(json.dumps(KEYS))[key_id]


def get_sender(app: ModuleType) -> Get:
    """Return a function that sends unsigned requests to a function."""

    def send(
        path: str,
        query: str = "",
        *,
        method: str = "GET",
        milliseconds: int = 29_000,
        **headers: str,
    ) -> Reply:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        event = http_event(path, query, method=method, headers={"host": "api", **names})
        return reply_to(app, event, milliseconds)

    return send


def http_event(path: str, query: str, *, method: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Build an HTTP API event from a decoded path."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": dict(headers),
        "requestContext": {
            "domainName": headers.get("host", ""),
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
        },
        "isBase64Encoded": False,
    }
