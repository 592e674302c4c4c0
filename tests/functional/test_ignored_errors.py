"""`ignore-error,1` through the handler: the stored object in place of an error (spec 02 §18b)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.request import urlopen
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from darkroom.process.parameters import encode_base64
from tests.functional.conftest import Ask, Get, Reply
from tests.pictures import photographic, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PICTURE = stored(photographic((40, 30)), "JPEG")
DAMAGED = PICTURE[: len(PICTURE) // 2]
VARYING = {"date", "server-timing", "x-oss-request-id", "x-oss-server-time"}
IGNORED = "x-oss-process-error"
FAILING = "image/resize,w_0/ignore-error,1"


@pytest.fixture(scope="module", autouse=True)
def _objects(s3: "S3Client") -> None:
    """Store a picture, a damaged one and a text."""
    for bucket in ("demo", "closed", "the-protected"):
        s3.put_object(
            Bucket=bucket,
            Key="a.jpg",
            Body=PICTURE,
            ContentType="image/jpeg",
            CacheControl="max-age=60",
            Metadata={"by": "me"},
        )
    s3.put_object(Bucket="demo", Key="damaged.jpg", Body=DAMAGED, ContentType="image/jpeg")
    s3.put_object(Bucket="demo", Key="notes.txt", Body=b"notes", ContentType="text/plain")


def code(reply: Reply) -> tuple[int, str | None]:
    """Return status and code of an error."""
    return reply.status, ET.fromstring(reply.body).findtext("Code")


def stable(reply: Reply) -> dict[str, str]:
    """Return the headers that are the same in every answer."""
    return {name: text for name, text in reply.headers.items() if name not in VARYING}


ERRORS = [
    ("a.jpg", FAILING, "InvalidArgument"),
    ("a.jpg", "image/ignore-error,1/slim", "InvalidArgument"),
    ("a.jpg", "image/blur,r_3/ignore-error,1", "MissingArgument"),
    ("a.jpg", "image/crop,x_50/ignore-error,1", "BadRequest"),
    ("a.jpg", "image/watermark,text_xxx!/ignore-error,1", "BadRequest"),
    ("a.jpg", f"image/watermark,image_{encode_base64('no.png')}/ignore-error,1", "WatermarkError"),
    ("a.jpg", "image/resize,m_fixed,w_9999,h_9999,limit_0/ignore-error,1", "ImageTooLarge"),
    ("a.jpg", "image/info/ignore-error,1", "InvalidArgument"),
    ("a.jpg", "image/ignore-error,1|sys/saveas,o_YQ", "InvalidArgument"),
    ("a.jpg", "image/" + "rotate,90/" * 500 + "ignore-error,1", "InvalidArgument"),
    ("damaged.jpg", "image/resize,w_20/ignore-error,1", "ImageDamage"),
    ("notes.txt", "image/resize,w_20/ignore-error,1", "BadRequest"),
]


@pytest.mark.parametrize(("key", "process", "error"), ERRORS, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_stored_object_is_answered(
    get: Get, key: str, process: str, error: str, method: str
) -> None:
    """As a plain GET answers it, and a header names the error."""
    plain = get(f"/demo/{key}", method=method)
    reply = get(f"/demo/{key}", f"x-oss-process={process}", method=method)
    assert (reply.status, reply.body) == (200, plain.body)
    assert stable(reply) == {**stable(plain), IGNORED: error}
    without = get(f"/demo/{key}", f"x-oss-process={process.replace('error,1', 'error,0')}")
    assert code(without) == (400, error)


def test_without_an_error_the_result_is_answered(get: Get) -> None:
    """The result of the same process without the action, and no header."""
    plain = get("/demo/a.jpg", "x-oss-process=image/resize,w_20")
    reply = get("/demo/a.jpg", "x-oss-process=image/resize,w_20/ignore-error,1")
    assert (reply.status, reply.body, stable(reply)) == (200, plain.body, stable(plain))


NEVER = [
    ("/demo/none.jpg", FAILING, 404, "NoSuchKey"),
    ("/demo/none.jpg", "image/resize,w_9/ignore-error,1", 404, "NoSuchKey"),
    ("/closed/a.jpg", FAILING, 403, "AccessDenied"),
    ("/closed/a.jpg", "image/resize,w_9/ignore-error,1", 403, "AccessDenied"),
    ("/the-protected/a.jpg", FAILING, 403, "AccessDenied"),
    ("/nowhere/a.jpg", FAILING, 404, "NoSuchBucket"),
    ("/demo/a.jpg", "style/none/ignore-error,1", 400, "InvalidArgument"),
    ("/demo/a.jpg", "style/none", 404, "NoSuchStyle"),
    ("/demo/a.jpg", "image/crop,g_face/ignore-error,1", 501, "NotImplemented"),
    ("/demo/a.jpg", "image/faces/ignore-error,1", 501, "NotImplemented"),
]


@pytest.mark.parametrize(("path", "process", "status", "error"), NEVER, ids=str)
def test_other_errors_are_not_ignored(
    get: Get, path: str, process: str, status: int, error: str
) -> None:
    """Errors of access, of bucket, object and style, and every 5xx."""
    reply = get(path, f"x-oss-process={process}")
    assert code(reply) == (status, error)
    assert IGNORED not in reply.headers
    assert get(path, f"x-oss-process={process}", method="HEAD").status == status


def test_a_post_does_not_ignore_errors(ask: Ask) -> None:
    """With a saveas and without."""
    for sysop in ("", f"|sys/saveas,o_{encode_base64('saved.jpg')}"):
        body = f"x-oss-process={FAILING}{sysop}".encode()
        reply = ask("POST", "demo", "a.jpg", by="owner", query=(("x-oss-process", ""),), body=body)
        assert code(reply) == (400, "InvalidArgument")


@pytest.fixture(scope="module")
def _styles(ask: Ask) -> Iterator[None]:
    """Save a style that fails and ignores it, in two buckets; delete it afterwards."""
    body = f"<Style><Content>{FAILING}</Content></Style>".encode()
    query = (("style", ""), ("styleName", "failing"))
    for bucket in ("styled", "the-protected"):
        assert ask("PUT", bucket, by="owner", query=query, body=body).status == 200
    yield
    for bucket in ("styled", "the-protected"):
        assert ask("DELETE", bucket, by="owner", query=query).status == 204


@pytest.mark.usefixtures("_styles")
def test_a_style_may_ignore_errors(get: Get, s3: "S3Client") -> None:
    """By name and after a delimiter."""
    s3.put_object(Bucket="styled", Key="a.jpg", Body=PICTURE)
    for reply in (
        get("/styled/a.jpg", "x-oss-process=style/failing"),
        get("/styled/a.jpg!failing"),
    ):
        assert (reply.status, reply.body) == (200, PICTURE)
        assert reply.headers[IGNORED] == "InvalidArgument"


@pytest.mark.usefixtures("_styles")
def test_a_protected_original_does_not_leak(get: Get, ask: Ask) -> None:
    """The style is open to all, the original is not: the error stays for those without a key."""
    for path, query in (
        ("/the-protected/a.jpg", "x-oss-process=style/failing"),
        ("/the-protected/a.jpg!failing", ""),
    ):
        reply = get(path, query)
        assert code(reply) == (400, "InvalidArgument")
        assert IGNORED not in reply.headers
        assert get(path, query, method="HEAD").status == 400
    named = (("x-oss-process", "style/failing"),)
    reply = ask("GET", "the-protected", "a.jpg", by="reader", query=named)
    assert (reply.status, reply.body) == (200, PICTURE)


def test_conditions_compare_with_the_object(get: Get) -> None:
    """A current copy is a 304, another version than the required one a 412."""
    query = f"x-oss-process={FAILING}"
    etag = get("/demo/a.jpg", query).headers["etag"]
    for method in ("GET", "HEAD"):
        reply = get("/demo/a.jpg", query, method=method, if_none_match=etag)
        assert (reply.status, reply.body) == (304, b"")
        assert get("/demo/a.jpg", query, method=method, if_match='"A"').status == 412


def test_a_range_is_ignored(get: Get) -> None:
    """As in every answer to a process (C-35)."""
    reply = get("/demo/a.jpg", f"x-oss-process={FAILING}", range="bytes=0-9")
    assert (reply.status, reply.body) == (200, PICTURE)


def test_a_large_object_is_redirected(get: Get, s3: "S3Client") -> None:
    """As a plain GET is, with the header."""
    large = stored(Image.effect_noise((1300, 1300), 200).convert("RGB"), "BMP")
    assert len(large) > 4_500_000
    s3.put_object(Bucket="demo", Key="large.bmp", Body=large)
    reply = get("/demo/large.bmp", f"x-oss-process={FAILING}")
    assert (reply.status, reply.headers[IGNORED]) == (302, "InvalidArgument")
    with urlopen(reply.headers["location"]) as stored_object:
        assert stored_object.read() == large


def test_the_ignored_error_is_logged(get: Get, caplog: pytest.LogCaptureFixture) -> None:
    """By its code."""
    get("/demo/a.jpg", f"x-oss-process={FAILING}")
    (record,) = [vars(record) for record in caplog.records if record.getMessage() == "request"]
    assert (record["status"], record["ignored_error"]) == (200, "InvalidArgument")
