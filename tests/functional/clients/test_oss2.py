"""oss2, the vendor's first Python SDK, unmodified: only the endpoint differs."""

import base64
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import oss2
import pytest
from oss2 import exceptions
from oss2.credentials import StaticCredentialsProvider
from PIL import Image

from tests.conftest import Data
from tests.evidence.results import Record, compare
from tests.functional.clients.conftest import KEY_ID, PRIVATE, PUBLIC, REGION, SECRET, etag

type Connect = Callable[..., Any]

AUTHS: dict[str, Callable[[], Any]] = {
    "v1": lambda: oss2.Auth(KEY_ID, SECRET),
    "v2": lambda: oss2.AuthV2(KEY_ID, SECRET),
    "v4": lambda: oss2.ProviderAuthV4(StaticCredentialsProvider(KEY_ID, SECRET)),
}

pytestmark = [
    # The SDK uses deprecated functions for dates and invalid escapes in regular expressions.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::SyntaxWarning"),
]


@pytest.fixture(params=AUTHS)
def connect(request: pytest.FixtureRequest, endpoint: str) -> Connect:
    """Connect with each signature version; downloads are checked by CRC."""

    def opened(name: str = PRIVATE) -> Any:
        auth = AUTHS[request.param]()
        return oss2.Bucket(auth, endpoint, name, region=REGION, is_path_style=True)

    return opened


def b64(text: str) -> str:
    """Encode an argument as the documentation does."""
    return base64.urlsafe_b64encode(text.encode()).decode()


def size(body: bytes) -> tuple[int, int]:
    """Return the size of a picture."""
    return Image.open(io.BytesIO(body)).size


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ("image/resize,m_fixed,w_100,h_100", (100, 100)),
        ("image/crop,w_100,h_100,x_100,y_100,r_1", (100, 100)),
        ("image/rotate,90", (267, 400)),
        ("image/sharpen,100", (400, 267)),
        ("image/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ", (400, 267)),
        ("image/format,png", (400, 267)),
    ],
)
def test_get_object_processes(connect: Connect, process: str, expected: tuple[int, int]) -> None:
    """The examples of the SDK (spec 06 T2–T7), with the CRC check on (spec 06 T19)."""
    assert size(connect().get_object("example.jpg", process=process).read()) == expected


def test_get_object_to_file(connect: Connect, example: bytes, tmp_path: Path) -> None:
    """A download into a file gives the result with `process`, and the object's bytes without."""
    bucket = connect()
    bucket.get_object_to_file("example.jpg", str(tmp_path / "a.jpg"), process="image/resize,w_100")
    assert size((tmp_path / "a.jpg").read_bytes()) == (100, 67)
    bucket.get_object_to_file("example.jpg", str(tmp_path / "b.jpg"))
    assert (tmp_path / "b.jpg").read_bytes() == example


def test_info(connect: Connect, example: bytes) -> None:
    """`info` gives the size in pixels and in bytes, as text (spec 06 T1)."""
    found = json.loads(connect().get_object("example.jpg", process="image/info").read())
    assert found["ImageWidth"] == {"value": "400"}
    assert found["FileSize"] == {"value": str(len(example))}


@pytest.mark.parametrize("slash_safe", [False, True], ids=["encoded slash", "plain slash"])
def test_signed_urls(connect: Connect, slash_safe: bool) -> None:
    """A signed URL gives the result; without its signature it is refused with 403."""
    url = connect().sign_url(
        "GET",
        "example.jpg",
        60,
        params={"x-oss-process": "image/resize,w_100"},
        slash_safe=slash_safe,
    )
    with urlopen(url) as response:
        assert size(response.read()) == (100, 67)
    bare = urlsplit(url)._replace(query="x-oss-process=image/resize,w_100").geturl()
    with pytest.raises(OSError, match="403"):
        urlopen(bare)


def test_a_presigned_url_has_the_byte_size_of_the_service(
    connect: Connect, data: Data, record_property: Record
) -> None:
    """The byte size is that of the live service within 3 % (spec 06 T8)."""
    data("example.jpg")
    process = "image/resize,m_fixed,w_100,h_100"
    url = connect().sign_url("GET", "example.jpg", 60, params={"x-oss-process": process})
    with urlopen(url) as response:
        here = len(response.read())
    request = f"{process.removeprefix('image/')}, presigned"
    compare(record_property, "06 T8", request, service=3267, here=here, share=0.03)


def test_a_wrong_secret_is_refused(endpoint: str) -> None:
    """A signature by another secret is refused as SignatureDoesNotMatch, with the key id in it."""
    bucket = oss2.Bucket(oss2.Auth(KEY_ID, "wrong"), endpoint, PRIVATE, is_path_style=True)
    with pytest.raises(exceptions.SignatureDoesNotMatch) as caught:
        bucket.get_object("example.jpg")
    assert caught.value.status == 403
    assert caught.value.details["OSSAccessKeyId"] == KEY_ID


def test_objects_are_stored_read_and_deleted(
    connect: Connect, example: bytes, tmp_path: Path
) -> None:
    """Upload, metadata, ranges, copy, iteration and deletion, with an unusual key."""
    bucket = connect()
    key = f"sdk/a b+c%/图 {id(connect)}.jpg"
    path = tmp_path / "example.jpg"
    path.write_bytes(example)
    put = bucket.put_object_from_file(key, str(path), headers={"x-oss-meta-author": "alice"})
    assert put.etag == etag(example)
    assert bucket.object_exists(key)
    head = bucket.head_object(key)
    assert (head.content_length, head.headers["x-oss-meta-author"]) == (len(example), "alice")
    assert bucket.get_object_meta(key).content_length == len(example)
    assert bucket.get_object(key, byte_range=(0, 2)).read() == b"\xff\xd8\xff"
    bucket.copy_object(PRIVATE, key, f"{key}-copy")
    keys = [entry.key for entry in oss2.ObjectIterator(bucket, prefix="sdk/", max_keys=1)]
    assert {key, f"{key}-copy"} <= set(keys)
    second = [entry.key for entry in oss2.ObjectIteratorV2(bucket, prefix="sdk/")]
    assert second == keys
    deleted = bucket.batch_delete_objects([key, f"{key}-copy"])
    assert set(deleted.deleted_keys) == {key, f"{key}-copy"}
    bucket.delete_object(key)
    with pytest.raises(exceptions.NoSuchKey):
        bucket.get_object(key)


def test_streams_and_generators(connect: Connect) -> None:
    """An upload without a known length, and a download that is checked while it streams."""
    bucket = connect()
    pieces = [bytes([n]) * 50_000 for n in range(8)]
    bucket.put_object("sdk/stream.bin", iter(pieces))
    found = b"".join(bucket.get_object("sdk/stream.bin"))
    assert found == b"".join(pieces)
    bucket.delete_object("sdk/stream.bin")


def test_overwriting_can_be_forbidden(connect: Connect) -> None:
    """`x-oss-forbid-overwrite: true` refuses to replace an object (FileAlreadyExists)."""
    bucket = connect()
    bucket.put_object("sdk/once.txt", b"first")
    with pytest.raises(exceptions.ServerError) as caught:
        bucket.put_object("sdk/once.txt", b"second", headers={"x-oss-forbid-overwrite": "true"})
    assert caught.value.code == "FileAlreadyExists"
    bucket.delete_object("sdk/once.txt")


@pytest.mark.parametrize("named", [True, False], ids=["into a bucket", "into its own bucket"])
def test_process_object_saves(connect: Connect, named: bool) -> None:
    """Spec 06 T10, T11: the answer names the bucket only if the request does."""
    bucket = connect()
    target = f"sdk/saved-{named}.jpg"
    where = f",b_{b64(PRIVATE)}" if named else ""
    answer = bucket.process_object(
        "example.jpg", f"image/resize,m_fixed,w_100,h_100|sys/saveas,o_{b64(target)}{where}"
    )
    saved = bucket.get_object(target).read()
    assert size(saved) == (100, 100)
    assert answer.bucket == (PRIVATE if named else "")
    assert (answer.fileSize, answer.object, answer.process_status) == (len(saved), target, "OK")
    assert bucket.head_object(target).content_type == "image/jpeg"
    bucket.delete_object(target)


@pytest.mark.parametrize("row", ["T10", "T11"])
def test_process_object_answers_the_byte_size_of_the_service(
    connect: Connect, data: Data, record_property: Record, row: str
) -> None:
    """`fileSize` is that of the live service within 3 % (spec 06 T10, T11)."""
    data("example.jpg")
    bucket, request = connect(), "image/resize,m_fixed,w_100,h_100|sys/saveas,o_"
    where = f",b_{b64(PRIVATE)}" if row == "T10" else ""
    answer = bucket.process_object("example.jpg", f"{request}{b64('sdk/size.jpg')}{where}")
    request, here = f"{request}…{',b_…' if where else ''}", int(answer.fileSize)
    compare(record_property, f"06 {row}", request, service=3267, here=here, share=0.03)
    bucket.delete_object("sdk/size.jpg")


def test_process_object_refuses_a_missing_bucket(connect: Connect) -> None:
    """Spec 06 T14: a missing target bucket raises NoSuchBucket."""
    with pytest.raises(exceptions.NoSuchBucket) as caught:
        connect().process_object(
            "example.jpg", f"image/resize,w_100|sys/saveas,o_{b64('x')},b_{b64('no-such-bucket')}"
        )
    assert caught.value.message == "The specified bucket does not exist."


def test_async_process_object(connect: Connect) -> None:
    """A job is accepted; its task becomes Succeeded, and the object then exists."""
    bucket = connect()
    answer = bucket.async_process_object(
        "example.jpg", f"image/resize,w_90|sys/saveas,o_{b64('sdk/async.jpg')}"
    )
    params = {"x-oss-async-process": "", "taskId": answer.task_id}
    limit = time.monotonic() + 20
    status = ""
    while status != "Succeeded" and time.monotonic() < limit:
        time.sleep(0.1)
        reply = bucket._do("GET", PRIVATE, "example.jpg", params=params)
        status = json.loads(reply.read())["Status"]
    assert status == "Succeeded"
    assert size(bucket.get_object("sdk/async.jpg").read()) == (90, 60)
    bucket.delete_object("sdk/async.jpg")


def test_styles(connect: Connect) -> None:
    """Spec 06 T20–T24: styles are created, listed in order, used and deleted; errors are OSS's."""
    bucket = connect()
    for name, content in (("imagestyle", "image/resize,w_200"), ("aaa", "csdar5324")):
        bucket.put_bucket_style(name, content)
    assert bucket.get_bucket_style("aaa").content == "csdar5324"
    listed = bucket.list_bucket_style().styles
    assert [style.name for style in listed] == ["imagestyle", "aaa"]
    styled = bucket.get_object("example.jpg", process="style/imagestyle").read()
    assert styled == bucket.get_object("example.jpg", process="image/resize,w_200").read()
    for name in ("imagestyle", "aaa", "never-there"):
        assert bucket.delete_bucket_style(name).status == 204
    with pytest.raises(exceptions.ServerError) as caught:
        bucket.get_bucket_style("imagestyle")
    assert (caught.value.status, caught.value.code) == (404, "NoSuchStyle")
    with pytest.raises(exceptions.ServerError, match="Style content is invalid"):
        bucket.put_bucket_style("imagestyle", "")
    with pytest.raises(exceptions.ServerError) as caught:
        bucket.put_bucket_style("@%$^&%(&(*(*", "image/resize,w_200")
    assert caught.value.code == "InvalidArgument"


def test_a_missing_bucket(connect: Connect) -> None:
    """NoSuchBucket, with its number in `EC` (spec 06 T15, T25)."""
    with pytest.raises(exceptions.NoSuchBucket) as caught:
        connect("no-such-bucket").get_object("example.jpg")
    assert caught.value.details["EC"] == "0015-00000101"


def test_anyone_reads_a_public_bucket(endpoint: str) -> None:
    """An anonymous request reads a public-read bucket; every other one is AccessDenied."""
    bucket = oss2.Bucket(oss2.AnonymousAuth(), endpoint, PUBLIC, is_path_style=True)
    assert size(bucket.get_object("example.jpg", process="image/resize,w_50").read()) == (50, 33)
    with pytest.raises(exceptions.AccessDenied):
        bucket.put_object("x", b"y")
    closed = oss2.Bucket(oss2.AnonymousAuth(), endpoint, PRIVATE, is_path_style=True)
    with pytest.raises(exceptions.AccessDenied):
        closed.get_object("example.jpg")
