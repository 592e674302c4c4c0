"""POST ?x-oss-process through the handler: bodies in, stored pictures and JSON out."""

import io
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from darkroom.process.parameters import encode_base64
from tests.functional.conftest import Ask, Reply
from tests.pictures import photographic, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

RESIZE = "image/resize,m_fixed,w_100,h_100"
NAME = "x-oss-process="


@pytest.fixture(autouse=True)
def example(s3: "S3Client") -> None:
    """Put a picture into the public bucket."""
    picture = stored(photographic((400, 267)), "JPEG")
    s3.put_object(Bucket="demo", Key="example.jpg", Body=picture)


def post(ask: Ask, body: str | bytes, *, by: str | None = "owner", **headers: str) -> Reply:
    """Send a POST with this body to the example."""
    return ask(
        "POST",
        "demo",
        "example.jpg",
        by=by,
        query=(("x-oss-process", ""),),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body.encode() if isinstance(body, str) else body,
    )


def to(key: str, bucket: str | None = None, padding: str = "") -> str:
    """Return the `sys/saveas` part of a process value."""
    named = f",b_{encode_base64(bucket)}" if bucket else ""
    return f"|sys/saveas,o_{encode_base64(key)}{padding}{named}"


def code(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def test_the_answer_has_the_documented_layout(ask: Ask, s3: "S3Client") -> None:
    """Spec 06 T11: the body equals byte by byte; without a target bucket, `bucket` is empty."""
    reply = post(ask, NAME + RESIZE + to("process/key-target-1.jpeg"))
    saved = s3.get_object(Bucket="demo", Key="process/key-target-1.jpeg")
    picture = saved["Body"].read()
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.body.decode() == (
        "{\n"
        '    "bucket": "",\n'
        f'    "fileSize": {len(picture)},\n'
        '    "object": "process/key-target-1.jpeg",\n'
        '    "status": "OK"}'
    )
    assert saved["ContentType"] == "image/jpeg"
    assert Image.open(io.BytesIO(picture)).size == (100, 100)


def test_a_target_bucket_is_named(ask: Ask, s3: "S3Client") -> None:
    """Spec 06 T10: the answer names the target bucket, where the picture is stored."""
    reply = post(ask, NAME + RESIZE + to("a.jpg", "renamed"))
    assert b'"bucket": "renamed",' in reply.body
    assert s3.head_object(Bucket="s3-name", Key="a.jpg")["ContentLength"] > 0


@pytest.mark.parametrize(
    "body",
    [
        NAME + RESIZE + to("ü/ä?>.jpg"),
        NAME + RESIZE + to("ü/ä?>.jpg", padding="="),
        NAME + RESIZE + to("ü/ä?>.jpg") + "\r\n",
        NAME + quote(RESIZE + to("ü/ä?>.jpg"), safe=""),
        NAME + quote(RESIZE + to("ü/ä?>.jpg", padding="="), safe="") + "\n",
        NAME + (RESIZE + to("ü/ä?>.jpg")).replace("-", "+"),
        NAME + quote((RESIZE + to("ü/ä?>.jpg")).replace("-", "+"), safe=""),
    ],
    ids=[
        "raw",
        "raw, padded",
        "raw, newline",
        "encoded",
        "encoded, padded",
        "plus",
        "encoded plus",
    ],
)
def test_both_encodings_are_accepted(ask: Ask, s3: "S3Client", body: str) -> None:
    """Spec 01 §3: the body may be raw or percent-encoded, its base64 padded or not."""
    reply = post(ask, body, content_type="application/x-www-form-urlencoded")
    assert reply.status == 200
    assert '"object": "ü/ä?>.jpg"'.encode() in reply.body
    assert s3.head_object(Bucket="demo", Key="ü/ä?>.jpg")["ContentType"] == "image/jpeg"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "InvalidArgument"),
        ("x-oss-process", "InvalidArgument"),
        (RESIZE + to("a"), "InvalidArgument"),
        ("x-oss-async-process=" + RESIZE + to("a"), "InvalidArgument"),
        ("X-Oss-Process=" + RESIZE + to("a"), "InvalidArgument"),
        (NAME, "InvalidArgument"),
        (NAME + RESIZE + "|saveas,o_YQ", "InvalidArgument"),
        (NAME + "image/resize,w_0", "InvalidArgument"),
        (NAME + RESIZE + to("a") + "&x=1", "BadRequest"),
        (NAME + "%ff", "InvalidArgument"),
        (NAME.encode() + b"\xff", "InvalidArgument"),
        (NAME + "image/" + "x" * 5000, "InvalidArgument"),
        (NAME + "image/" + "x" * 50_000, "InvalidArgument"),
    ],
    ids=lambda value: str(value[:50]),
)
def test_an_invalid_body_is_refused(ask: Ask, body: str | bytes, expected: str) -> None:
    """The body must be one `x-oss-process` pair within the length of a process."""
    assert code(post(ask, body)) == (400, expected)


@pytest.mark.parametrize("body", [RESIZE, "image/resize,w_50/|image/rotate,90", "image/info"])
def test_without_a_saveas_the_result_is_answered(ask: Ask, body: str) -> None:
    """C-17: 200 with status, headers and body of a GET."""
    query = (("x-oss-process", body),)
    expected = ask("GET", "demo", "example.jpg", by="owner", query=query)
    varying = {"date", "server-timing", "x-oss-request-id", "x-oss-server-time"}
    for sent in (body, quote(body, safe="")):
        reply = post(ask, NAME + sent)
        assert (reply.status, reply.body) == (200, expected.body)
        assert reply.headers.keys() - varying == expected.headers.keys() - varying
        for name in reply.headers.keys() - varying:
            assert reply.headers[name] == expected.headers[name], name


def test_without_a_saveas_a_key_is_needed_as_well(ask: Ask) -> None:
    """C-19: an unsigned POST is refused; so is a key that may not read the source."""
    assert code(post(ask, NAME + RESIZE, by=None)) == (403, "AccessDenied")
    query, body = (("x-oss-process", ""),), (NAME + RESIZE).encode()
    reply = ask("POST", "closed", "example.jpg", by="writer", query=query, body=body)
    assert code(reply) == (403, "AccessDenied")


def test_another_product_is_not_implemented(ask: Ask) -> None:
    """C-09: also with a saveas."""
    assert code(post(ask, NAME + "video/convert,f_mp4" + to("a"))) == (501, "NotImplemented")


def test_a_multipart_body_is_refused(ask: Ask) -> None:
    """Spec 01 §3: a multipart body, which would be PostObject, is a 400."""
    reply = post(ask, NAME + RESIZE + to("a"), content_type="Multipart/Form-Data; boundary=x")
    assert code(reply) == (400, "InvalidArgument")


def test_an_unsigned_post_is_refused(ask: Ask) -> None:
    """C-19: an unsigned POST is a 403, also to a public bucket."""
    assert code(post(ask, NAME + RESIZE + to("a"), by=None)) == (403, "AccessDenied")


def test_a_missing_bucket_is_not_found(ask: Ask) -> None:
    """Spec 06 T14, T15: a missing target or source bucket is a 404 with its EC."""
    target = post(ask, NAME + RESIZE + to("a", "no-such-bucket"))
    source = ask(
        "POST",
        "no-such-bucket",
        "a.jpg",
        by="owner",
        query=(("x-oss-process", ""),),
        body=(NAME + RESIZE + to("a")).encode(),
    )
    for reply in (target, source):
        assert code(reply) == (404, "NoSuchBucket")
        assert b"<Message>The specified bucket does not exist.</Message>" in reply.body
        assert reply.headers["x-oss-ec"] == "0015-00000101"


def test_a_result_larger_than_a_reply_is_stored(ask: Ask, s3: "S3Client") -> None:
    """The reply limit does not apply to stored results."""
    noise = Image.effect_noise((1500, 1500), 200).convert("RGB")
    s3.put_object(Bucket="demo", Key="noise.bmp", Body=stored(noise, "BMP"))
    reply = ask(
        "POST",
        "demo",
        "noise.bmp",
        by="owner",
        query=(("x-oss-process", ""),),
        body=(NAME + "image/format,bmp" + to("large.bmp")).encode(),
    )
    assert reply.status == 200
    assert s3.head_object(Bucket="demo", Key="large.bmp")["ContentLength"] > 4_500_000
