"""Requests that alibabacloud-oss-v2 signs are verified, in the form in which the SDK sends them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest
from alibabacloud_oss_v2.signer import SignerV4
from alibabacloud_oss_v2.types import HttpClient, HttpRequest, SigningContext

from darkroom.auth import AccessKey, SignedRequest, verify
from darkroom.errors import Code
from tests.unit.auth.sdk_capture import AWKWARD_KEYS, KEY, TEMPORARY, Keyring, received, refusal

BUCKET = "oss-example"
ENDPOINT = "http://oss-cn-hangzhou.example"
PROCESS = "image/resize,w_100/watermark,text_SGVsbG8g5Zu-54mH,color_FFFFFF"


class Sent(Exception):
    """Raised instead of sending a request."""


def assert_verifies(sent: SignedRequest, key: AccessKey) -> None:
    """Assert that a request verifies now: the SDK signs with the system clock."""
    assert verify(sent, credentials=Keyring(), now=datetime.now(UTC)) == key.caller()


class Capture(HttpClient):  # type: ignore[misc]
    """An HTTP client that records the last request of the SDK."""

    request: HttpRequest

    def send(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Record the request and raise `Sent`."""
        del kwargs
        self.request = request
        raise Sent

    def open(self) -> None:
        """Do nothing: there is no connection."""

    def close(self) -> None:
        """Do nothing: there is no connection."""


def client(key: AccessKey, version: str, **options: Any) -> oss.Client:
    """Return a client of the SDK."""
    token = key.token.value if key.token else None
    provider = oss.credentials.StaticCredentialsProvider(key.id, key.secret, token)
    config = oss.config.Config(
        region="cn-hangzhou",
        endpoint=ENDPOINT,
        signature_version=version,
        credentials_provider=provider,
        retry_max_attempts=1,
        **options,
    )
    return oss.Client(config)


def sent_by(key: AccessKey, call: Callable[[oss.Client], object]) -> SignedRequest:
    """Run a call and return the request that it sends, signed in version 4."""
    capture = Capture()
    with pytest.raises(oss.exceptions.OperationError):
        call(client(key, "v4", http_client=capture))
    captured = capture.request
    return received(captured.method, captured.url, dict(captured.headers), bucket=BUCKET)


CALLS: dict[str, Callable[[oss.Client], object]] = {
    "put": lambda client: client.put_object(
        oss.PutObjectRequest(bucket=BUCKET, key="a.jpg", body=b"body", metadata={"title": "a, b"})
    ),
    "process": lambda client: client.process_object(
        oss.ProcessObjectRequest(bucket=BUCKET, key="a.jpg", process=PROCESS)
    ),
    "list": lambda client: client.list_objects_v2(
        oss.ListObjectsV2Request(bucket=BUCKET, prefix="a b+/图")
    ),
    "put style": lambda client: client.put_style(
        oss.PutStyleRequest(
            bucket=BUCKET,
            style_name="small",
            category="image",
            style=oss.StyleContent(content="image/resize,w_50"),
        )
    ),
    "list styles": lambda client: client.list_style(oss.ListStyleRequest(bucket=BUCKET)),
}


@pytest.mark.parametrize("key", [KEY, TEMPORARY], ids=lambda key: key.id)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_sdk_signs_headers(key: AccessKey, call: Callable[[oss.Client], object]) -> None:
    """Calls signed in version 4 (the default) verify, with and without a security token."""
    assert_verifies(sent_by(key, call), key)


def test_the_signer_covers_additional_headers() -> None:
    """The client ignores its list of additional headers; its signer does not."""
    captured = HttpRequest(
        "GET", f"{ENDPOINT}/a.jpg?acl", {"User-Agent": "me", "Range": "bytes=0-9"}
    )
    context = SigningContext(
        product="oss",
        region="cn-hangzhou",
        bucket=BUCKET,
        key="a.jpg",
        request=captured,
        credentials=oss.credentials.Credentials(KEY.id, KEY.secret),
        additional_headers={"User-Agent", "range", "absent"},
    )
    SignerV4().sign(context)
    sent = received("GET", captured.url, dict(captured.headers), bucket=BUCKET)
    assert "AdditionalHeaders=range;user-agent," in sent.header("authorization")
    assert_verifies(sent, KEY)


@pytest.mark.parametrize("object_key", AWKWARD_KEYS)
def test_the_sdk_signs_any_object_key(object_key: str) -> None:
    """The parsed key equals the requested key."""
    operation = oss.GetObjectRequest(bucket=BUCKET, key=object_key, process=PROCESS)
    sent = sent_by(KEY, lambda client: client.get_object(operation))
    assert sent.key == object_key
    assert_verifies(sent, KEY)


@pytest.mark.parametrize("key", [KEY, TEMPORARY], ids=lambda key: key.id)
@pytest.mark.parametrize("object_key", AWKWARD_KEYS)
def test_the_sdk_signs_urls(key: AccessKey, object_key: str) -> None:
    """A version 4 URL verifies together with its signed headers."""
    operation = oss.PutObjectRequest(bucket=BUCKET, key=object_key, content_type="image/png")
    signed = client(key, "v4").presign(operation, expires=timedelta(minutes=5))
    sent = received(str(signed.method), str(signed.url), signed.signed_headers or {}, bucket=BUCKET)
    assert sent.key == object_key
    assert_verifies(sent, key)


def test_the_sdk_does_not_sign_processing_in_version_1() -> None:
    """Its list lacks `x-oss-process`: the signature is refused, as by OSS (spec 01 §5.1)."""
    operation = oss.GetObjectRequest(bucket=BUCKET, key="a.jpg", process=PROCESS)
    signed = client(KEY, "v1").presign(operation, expires=timedelta(minutes=5))
    sent = received("GET", str(signed.url), {}, bucket=BUCKET)
    assert refusal(sent, now=datetime.now(UTC)).code is Code.SIGNATURE_DOES_NOT_MATCH
    plain = client(KEY, "v1").presign(oss.GetObjectRequest(bucket=BUCKET, key="a.jpg"))
    assert_verifies(received("GET", str(plain.url), {}, bucket=BUCKET), KEY)
