"""The service over HTTP: the process function behind the local gateway, on stores of its own."""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from darkroom.auth import SignedRequest
from darkroom.aws.secrets import access_keys
from local import demo
from local.gateway import Gateway
from local.moto_server import stores
from local.sandbox import InProcess
from local.server import serving
from tests.functional.conftest import environ
from tests.functional.function_instances import new_instance
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKETS = """{
    "demo": {"acl": "public-read", "delimiters": ["!"], "protection":
        {"enabled": true, "rules": [{"prefix": "secret/"}]}},
    "closed": {},
    "versioned": {"acl": "public-read"}
}"""
KEYS = [
    {"id": "adm-demo", "secret": "s1", "buckets": ["demo"], "permissions": ["admin"]},
    {"id": "writer", "secret": "s2", "buckets": ["demo"], "permissions": ["admin", "write"]},
    {"id": "reader", "secret": "s3", "buckets": ["*"], "permissions": ["read"]},
    {"id": "owner", "secret": "s4", "buckets": ["*"], "permissions": ["read", "write", "admin"]},
]
FONTS = Path(__file__).parents[2] / "layers/fonts/fonts"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(kw_only=True)
class Service:
    """The service's address, and its stores."""

    port: int
    s3: "S3Client"
    log: list[str] = field(default_factory=list)

    def send(self, request: SignedRequest, by: str | None = None, host: str = "api") -> Answer:
        """Send a request over HTTP, signed by a key if one is named."""
        if by is not None:
            key = access_keys(json.dumps(KEYS))[by]
            request = oss_client.v4_header(request, key, now=datetime.now(UTC), region="any")
        return self.exchange(
            request.method, request.target(), {"host": host, **request.headers}, request.body()
        )

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Send a request as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, body or None, dict(headers))
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(status=response.status, headers=fields, body=response.read())
        finally:
            connection.close()


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """Start stores, function and gateway."""
    with stores({}) as addresses:
        yield from _serve(addresses)


def _serve(addresses: Mapping[str, str]) -> Iterator[Service]:
    variables = {
        **addresses,
        "DARKROOM_BUCKETS": BUCKETS,
        "DARKROOM_BASE_DOMAINS": "oss.example.com",
        "DARKROOM_DOMAINS": '{"img.example.org": "demo"}',
        "DARKROOM_RESULTS_BUCKET": "results",
        "DARKROOM_RESULT_CACHE": "true",
        "DARKROOM_KEYS_SECRET": "keys",
        "DARKROOM_FONTS": str(FONTS),
        "DARKROOM_TABLE": demo.TABLE,
    }
    lines: list[str] = []
    with environ(variables):
        client = boto3.client("s3")
        for name in ("demo", "closed", "versioned", "results"):
            client.create_bucket(Bucket=name)
        enabled = {"Status": "Enabled"}
        client.put_bucket_versioning(Bucket="versioned", VersioningConfiguration=enabled)  # type: ignore[arg-type]
        boto3.client("secretsmanager").create_secret(Name="keys", SecretString=json.dumps(KEYS))
        demo.ensure_table(boto3.client("dynamodb"))
        app = new_instance("process_under_attack", **variables)
        gateway = Gateway(invoke=InProcess(handler=app.handler), log=lines.append)
        with serving(gateway.answer) as running:
            yield Service(port=running.server_port, s3=client, log=lines)
