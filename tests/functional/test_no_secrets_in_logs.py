"""No secret is in the logs, at any level, whatever the request."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import boto3
import pytest
from msgspec.structs import replace

from darkroom.auth import AccessKey, Permission, SecurityToken, SignedRequest
from darkroom.process.parameters import encode_base64
from local.demo import TABLE
from tests.functional.conftest import event_of
from tests.pictures import photographic, stored
from tests.post_forms import CONTENT_TYPE, form_body, policy, v1_fields, v4_fields
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

ROOT = Path(__file__).parents[2]

TEXT = "for Wilhelmina's eyes only"
CONTENT = b"what the upload says inside"
AWS_SECRET = "the-functions-own-aws-secret"
KEY = AccessKey(
    id="watched",
    secret="the-secret-access-key",
    buckets=frozenset({"*"}),
    permissions=frozenset(Permission),
    token=SecurityToken(value="the-session-token", expires=datetime(2100, 1, 1, tzinfo=UTC)),
)
POLICY = policy({"bucket": "closed"})
SIGNED_FORMS = (
    v1_fields(POLICY, KEY.id, KEY.secret),
    v4_fields(POLICY, KEY.id, KEY.secret, now=datetime.now(UTC)),
)
MARKED = f"image/watermark,text_{encode_base64(TEXT)}"


def signed() -> Iterator[SignedRequest]:
    """Yield requests of every kind, signed by every method."""
    now = datetime.now(UTC)
    expires = int(now.timestamp()) + 300
    plain = SignedRequest(method="GET", bucket="closed", key="watched/photo.jpg")
    for sent in (
        plain,
        replace(plain, query=(("x-oss-process", MARKED),)),
        replace(plain, query=(("x-oss-process", f"{MARKED},g_nowhere"),)),
        replace(plain, query=(("x-oss-process", f"image/watermark,text_{'QUJD' * 40}"),)),
        replace(plain, key="watched/damaged.jpg", query=(("x-oss-process", "image/resize,w_9"),)),
        replace(plain, key="watched/missing.jpg"),
        replace(plain, bucket="broken"),
        replace(plain, method="PUT", key="watched/new.txt", body=lambda: CONTENT),
    ):
        yield oss_client.v1_header(sent, KEY, now=now)
        yield oss_client.v1_url(sent, KEY, expires=expires)
        yield oss_client.v2_url(sent, KEY, expires=expires)
        yield oss_client.v4_header(sent, KEY, now=now, region="eu-west-1")
        yield oss_client.v4_url(sent, KEY, now=now, lifetime=300, region="eu-west-1")


def forms() -> Iterator[SignedRequest]:
    """Yield forms with a right and with a wrong signature of each version."""
    for signature in SIGNED_FORMS:
        yield form_request(signature)
        yield form_request(signature | {"policy": policy({"bucket": "demo"})})


def form_request(signature: dict[str, str]) -> SignedRequest:
    """Return the request that sends a form with these fields."""
    fields = {"key": "watched/form.txt", "x-oss-security-token": "the-session-token", **signature}
    body = form_body(fields, CONTENT)
    headers = {"content-type": CONTENT_TYPE, "content-length": str(len(body))}
    return SignedRequest(method="POST", bucket="closed", headers=headers, body=lambda: body)


def tampered(request: SignedRequest) -> SignedRequest:
    """Change the key after signing."""
    return replace(request, key="watched/another.jpg")


def secrets_of(request: SignedRequest) -> Iterator[str]:
    """Yield the values of a request that must not be logged."""
    for name, value in (*request.headers.items(), *request.query):
        if name.lower() in {"authorization", "signature", "x-oss-signature"}:
            bare = value.partition("Signature=")[2] or value.partition(":")[2] or value
            yield from (value, bare, quote(bare, safe=""))


@pytest.fixture(scope="module")
def printed(s3: "S3Client") -> tuple[list[SignedRequest], str]:
    """Send all requests to a function that logs at DEBUG; return them and its output."""
    s3.put_object(Bucket="closed", Key="watched/photo.jpg", Body=stored(photographic((64, 48))))
    s3.put_object(
        Bucket="closed", Key="watched/damaged.jpg", Body=stored(photographic((9, 9)))[:99]
    )
    item = {"id": {"S": "bucket#broken"}, "settings": {"S": "{"}}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=item)
    requests = list(signed())
    requests += [tampered(request) for request in requests]
    requests += forms()
    listed = {
        "id": KEY.id,
        "secret": KEY.secret,
        "buckets": ["*"],
        "permissions": ["read", "write", "admin"],
        "token": {"value": "the-session-token", "expires": "2100-01-01T00:00:00Z"},
    }
    boto3.client("secretsmanager").create_secret(Name="loud", SecretString=json.dumps([listed]))
    return requests, output_of(requests, sample_rate="1")


def output_of(requests: list[SignedRequest], *, sample_rate: str, level: str = "INFO") -> str:
    """Run the function in a subprocess with a known AWS secret; return its output."""
    environment = {
        **os.environ,
        "AWS_SECRET_ACCESS_KEY": AWS_SECRET,
        "DARKROOM_KEYS_SECRET": "loud",
        "DARKROOM_DEBUG_SAMPLE_RATE": sample_rate,
        "POWERTOOLS_LOG_LEVEL": level,
        # As the template has it for any share but 0.
        "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
    }
    finished = subprocess.run(
        [sys.executable, "-m", "tests.functional.verbose_function"],
        input=json.dumps([event_of(request) for request in requests]),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment,
    )
    return finished.stdout + finished.stderr


def test_no_secret_is_printed(printed: tuple[list[SignedRequest], str]) -> None:
    """No key, token, signature, query, watermark text or uploaded content is in the output."""
    requests, output = printed
    hidden = {secret for request in requests for secret in secrets_of(request)}
    assert len(hidden) > 40
    texts = {TEXT, encode_base64(TEXT), base64.b64encode(TEXT.encode()).decode(), "QUJD" * 10}
    own = {KEY.secret, "the-session-token", AWS_SECRET, CONTENT.decode(), "x-oss-process"}
    in_forms = {form[name] for form in SIGNED_FORMS for name in form if "ignature" in name}
    in_forms = in_forms - {"OSS4-HMAC-SHA256"} | {POLICY}
    assert len(in_forms) == 3
    assert {secret for secret in hidden | texts | own | in_forms if secret in output} == set()


def test_the_output_has_every_kind_of_line(
    printed: tuple[list[SignedRequest], str],
) -> None:
    """The output holds a line of every request and every kind of detail."""
    requests, output = printed
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    answered = [line for line in lines if line.get("message") == "request"]
    assert len(answered) == len(requests)
    codes = {line.get("code") for line in answered}
    assert codes >= {None, "ImageDamage", "SignatureDoesNotMatch", "InvalidArgument"}
    assert codes >= {"ServiceUnavailable", "NoSuchKey"}
    messages = {line.get("message") for line in lines}
    assert messages >= {"process parsed", "plan", "aws call", "cache hit", "failed"}
    assert "image/watermark,text_…" in output


@pytest.mark.parametrize(("level", "answered"), [("INFO", 4), ("WARN", 0)])
def test_other_requests_are_logged_without_details(
    level: str, answered: int, printed: tuple[list[SignedRequest], str]
) -> None:
    """A request that is not sampled logs no details, at any level."""
    requests, _ = printed
    output = output_of(requests[:4], sample_rate="1e-12", level=level)
    levels = [json.loads(line).get("level") for line in output.splitlines() if line[0] == "{"]
    assert levels.count("INFO") == answered
    assert "DEBUG" not in levels
    assert output.count('"_aws"') == 4
