"""HTTP requests through gateway, Lambda emulator and S3."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from PIL import Image

from darkroom.process.parameters import encode_base64
from local.emulator import Pool
from local.triggers import Trigger
from tests.e2e.conftest import Fetch, Reply, received
from tests.e2e.stores import gradient, noise, put

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BEACH = "/pictures/holiday/beach%201.jpg"
THUMBNAIL = f"{BEACH}?x-oss-process=image/resize,w_100"


def follow(reply: Reply) -> Reply:
    """Follow a redirect and return the response."""
    assert reply.status == 302
    location = urlsplit(reply.headers["location"])
    connection = HTTPConnection(location.netloc, timeout=40)
    connection.request("GET", f"{location.path}?{location.query}")
    found = received(connection.getresponse())
    connection.close()
    return found


def size(body: bytes) -> tuple[int, int]:
    """Return the size of a picture."""
    return Image.open(io.BytesIO(body)).size


def test_picture(fetch: Fetch) -> None:
    """A picture in S3 is processed."""
    reply = fetch(THUMBNAIL)
    assert (reply.status, reply.headers["content-type"]) == (200, "image/jpeg")
    assert size(reply.body) == (100, 75)


def test_text(fetch: Fetch) -> None:
    """The function finds its fonts: text darkens a light corner."""
    plain, marked = (
        Image.open(io.BytesIO(fetch(f"{BEACH}?x-oss-process=image/{process}").body)).convert("L")
        for process in ("format,png", f"watermark,text_{encode_base64('图片')}/format,png")
    )
    corner = (300, 230, 400, 300)
    assert min(plain.crop(corner).tobytes()) > 150
    assert min(marked.crop(corner).tobytes()) < 30


def test_virtual_host(fetch: Fetch) -> None:
    """The host may name the bucket."""
    reply = fetch(THUMBNAIL.removeprefix("/pictures"), host="pictures.oss.example.com")
    assert reply.body == fetch(THUMBNAIL).body


@pytest.mark.parametrize("target", [BEACH, THUMBNAIL], ids=["stored", "processed"])
def test_head(target: str, fetch: Fetch) -> None:
    """HEAD returns the headers of GET without the body."""
    got, head = fetch(target), fetch(target, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("content-length", "content-type", "etag", "last-modified"):
        assert head.headers[name] == got.headers[name]


def test_unmodified(fetch: Fetch) -> None:
    """A GET with the present ETag in If-None-Match is a 304."""
    etag = fetch(THUMBNAIL).headers["etag"]
    reply = fetch(THUMBNAIL, if_none_match=etag)
    assert (reply.status, reply.body) == (304, b"")


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/pictures/nowhere.jpg", 404, b"NoSuchKey"),
        ("/nowhere/a.jpg", 404, b"NoSuchBucket"),
        ("/closed/a.jpg", 403, b"AccessDenied"),
        (f"{BEACH}?x-oss-process=image/resize,w_0", 400, b"InvalidArgument"),
    ],
    ids=["NoSuchKey", "NoSuchBucket", "AccessDenied", "InvalidArgument"],
)
def test_errors(target: str, status: int, code: bytes, fetch: Fetch) -> None:
    """Errors have the codes of OSS."""
    reply = fetch(target)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/xml")
    assert b"<Code>" + code + b"</Code>" in reply.body
    assert fetch(target, method="HEAD").headers["x-oss-err"]


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("a%20b.jpg", "a b.jpg"),
        ("a+b.jpg", "a+b.jpg"),
        ("100%25.jpg", "100%.jpg"),
        ("a%252Fb.jpg", "a%2Fb.jpg"),
        ("a%2Fb.jpg", "a/b.jpg"),
        ("%E5%9B%BE.jpg", "图.jpg"),
        ("a//b.jpg", "a//b.jpg"),
    ],
    ids=lambda value: value,
)
def test_keys(target: str, key: str, trigger: Trigger, s3: "S3Client", fetch: Fetch) -> None:
    """A key is decoded exactly once, with an HTTP API and with a function URL."""
    stored = put(s3, key, gradient(len(key.encode()) + 10, 20))
    assert fetch(f"/pictures/{target}", trigger=trigger).body == stored


def test_key_with_question_mark(s3: "S3Client", fetch: Fetch) -> None:
    """A key with a question mark needs a function URL."""
    stored = put(s3, "what?.jpg", gradient(30, 20))
    assert fetch("/pictures/what%3F.jpg", trigger=Trigger.FUNCTION_URL).body == stored
    assert fetch("/pictures/what%3F.jpg", trigger=Trigger.HTTP_API).status == 404


def test_large_object(s3: "S3Client", fetch: Fetch) -> None:
    """An object over the reply limit is a redirect to S3."""
    stored = put(s3, "large.jpg", noise(2000, 1600))
    assert len(stored) > 6_000_000
    found = follow(fetch("/pictures/large.jpg"))
    assert (found.status, found.headers["content-type"]) == (200, "image/jpeg")
    assert found.body == stored


def test_large_result(s3: "S3Client", fetch: Fetch) -> None:
    """A result over the reply limit is stored, and the answer redirects to it."""
    put(s3, "large source.jpg", noise(2600, 2000))
    process = "x-oss-process=image/resize,w_2599/quality,Q_100"
    found = follow(fetch(f"/pictures/large%20source.jpg?{process}"))
    assert (found.status, found.headers["content-type"]) == (200, "image/jpeg")
    assert len(found.body) > 4_500_000
    assert size(found.body) == (2599, 1999)


def test_sandboxes(pool: Pool, fetch: Fetch) -> None:
    """Concurrent requests run in both sandboxes, and none is restarted."""
    with ThreadPoolExecutor(8) as clients:
        replies = list(clients.map(lambda _: fetch(THUMBNAIL), range(24)))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    timings = [sandbox.timings() for sandbox in pool.sandboxes]
    assert [len(timing.inits) for timing in timings] == [1, 1]
    assert all(timing.invokes for timing in timings)


def test_logs(pool: Pool, fetch: Fetch) -> None:
    """A request logs one line of JSON with its id, without the signature."""
    reply = fetch(f"{BEACH}?Expires=1&OSSAccessKeyId=someone&Signature=that-is-secret")
    assert reply.status == 403
    text = "".join(sandbox.log.read_text() for sandbox in pool.sandboxes)
    lines = [json.loads(line) for line in text.splitlines() if line.startswith('{"level"')]
    assert reply.headers["x-oss-request-id"] in {line["request_id"] for line in lines}
    assert "that-is-secret" not in text
