"""Requests that oss2 signs are verified, in the form in which the SDK sends them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import oss2
import pytest
import requests

from darkroom.auth import AccessKey, SignedRequest, verify
from tests.unit.auth.sdk_capture import AWKWARD_KEYS, KEY, TEMPORARY, Keyring, received

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

BUCKET = "oss-example"
ENDPOINT = "http://oss-cn-hangzhou.example"
PROCESS = "image/resize,w_100/watermark,text_SGVsbG8g5Zu-54mH,color_FFFFFF"


class Sent(Exception):
    """Raised instead of sending a request."""


class CaptureSession(oss2.Session):  # type: ignore[misc]
    """A session that records the last request as the SDK would send it."""

    sent: SignedRequest

    def do_request(self, req: oss2.http.Request, timeout: float | None) -> None:
        """Encode the URL as the SDK's session does, record the request and raise `Sent`."""
        del timeout
        prepared = requests.Request(req.method, req.url, params=req.params).prepare()
        headers = {name: str(value) for name, value in req.headers.items() if value is not None}
        self.sent = received(req.method, str(prepared.url), headers, bucket=BUCKET)
        raise Sent


def sent_by(auth: Any, call: Callable[[oss2.Bucket], object]) -> SignedRequest:
    """Run a call and return the request that it sends."""
    session = CaptureSession()
    bucket = oss2.Bucket(auth, ENDPOINT, BUCKET, session=session, region="cn-hangzhou")
    with pytest.raises(Sent):
        call(bucket)
    return session.sent


def assert_verifies(sent: SignedRequest, key: AccessKey) -> None:
    """Assert that a request verifies now: the SDK signs with the system clock."""
    assert verify(sent, credentials=Keyring(), now=datetime.now(UTC)) == key.caller()


AUTHS = {
    f"{version} {key.id}": (
        oss2.StsAuth(key.id, key.secret, key.token.value, auth_version=version)
        if key.token
        else oss2.make_auth(key.id, key.secret, version),
        key,
    )
    for version in ("v1", "v2", "v4")
    for key in (KEY, TEMPORARY)
}
CALLS: dict[str, Callable[[oss2.Bucket], object]] = {
    "get a range": lambda bucket: bucket.get_object("a.jpg", byte_range=(0, 9)),
    "get as a download": lambda bucket: bucket.get_object(
        "a.jpg", params={"response-content-disposition": 'attachment; filename="a b+c.jpg"'}
    ),
    "head": lambda bucket: bucket.head_object("a.jpg"),
    "put": lambda bucket: bucket.put_object(
        "a.jpg", b"body", headers={"Content-Type": "image/jpeg", "x-oss-meta-Title": "a, b"}
    ),
    "delete": lambda bucket: bucket.delete_object("a.jpg"),
    "process": lambda bucket: bucket.process_object("a.jpg", f"{PROCESS}|sys/saveas,o_YQ"),
    "async process": lambda bucket: bucket.async_process_object("a.jpg", PROCESS),
    "list": lambda bucket: bucket.list_objects(prefix="a b/", delimiter="/"),
    "list v2": lambda bucket: bucket.list_objects_v2(prefix="图+/", continuation_token="a=="),
    "put style": lambda bucket: bucket.put_bucket_style("small", "image/resize,w_50"),
    "list styles": lambda bucket: bucket.list_bucket_style(),
    "delete style": lambda bucket: bucket.delete_bucket_style("small"),
    "acl": lambda bucket: bucket.get_object_acl("a.jpg"),
    "batch delete": lambda bucket: bucket.batch_delete_objects(["a.jpg", "b.jpg"]),
    "upload a part": lambda bucket: bucket.upload_part("a.jpg", "id", 1, b"body"),
}


@pytest.mark.parametrize(("auth", "key"), AUTHS.values(), ids=AUTHS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_oss2_signs_headers(
    auth: Any, key: AccessKey, call: Callable[[oss2.Bucket], object]
) -> None:
    """Every call verifies in every version, with and without a security token."""
    assert_verifies(sent_by(auth, call), key)


@pytest.mark.parametrize(("auth", "key"), AUTHS.values(), ids=AUTHS)
@pytest.mark.parametrize("object_key", AWKWARD_KEYS)
def test_oss2_signs_any_object_key(auth: Any, key: AccessKey, object_key: str) -> None:
    """The parsed key equals the requested key."""
    sent = sent_by(auth, lambda bucket: bucket.get_object(object_key, process=PROCESS))
    assert sent.key == object_key
    assert_verifies(sent, key)


@pytest.mark.parametrize(("auth", "key"), AUTHS.values(), ids=AUTHS)
@pytest.mark.parametrize("object_key", AWKWARD_KEYS)
@pytest.mark.parametrize("slash_safe", [True, False], ids=["/", "%2F"])
def test_oss2_signs_urls(auth: Any, key: AccessKey, object_key: str, slash_safe: bool) -> None:
    """A URL verifies with its slashes encoded or not."""
    bucket = oss2.Bucket(auth, ENDPOINT, BUCKET, region="cn-hangzhou")
    params = {"x-oss-process": PROCESS, "response-content-type": "image/svg+xml; a b"}
    url = bucket.sign_url("GET", object_key, 60, params=params, slash_safe=slash_safe)
    sent = received("GET", url, {}, bucket=BUCKET)
    assert sent.key == object_key
    assert_verifies(sent, key)
