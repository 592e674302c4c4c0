"""The server answers as the function does, except for what a function cannot carry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import Data
from tests.functional.conftest import Ask, Reply

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

VARYING = frozenset(
    {"date", "server-timing", "x-oss-request-id", "x-oss-server-time", "last-modified"}
)
"""Headers that differ between two answers of one entry."""

RESIZE = (("x-oss-process", "image/resize,w_50"),)
TEXT = b"a text with umlauts: \xc3\xa4"

REQUESTS: Mapping[str, dict[str, Any]] = {
    "object": {"method": "GET", "bucket": "demo", "key": "same/a.jpg"},
    "object, HEAD": {"method": "HEAD", "bucket": "demo", "key": "same/a.jpg"},
    "range": {
        "method": "GET",
        "bucket": "demo",
        "key": "same/a.jpg",
        "headers": {"range": "bytes=10-99"},
    },
    "no such range": {
        "method": "GET",
        "bucket": "demo",
        "key": "same/a.jpg",
        "headers": {"range": "bytes=99999999-", "x-oss-range-behavior": "standard"},
    },
    "picture": {"method": "GET", "bucket": "demo", "key": "same/a.jpg", "query": RESIZE},
    "picture, HEAD": {"method": "HEAD", "bucket": "demo", "key": "same/a.jpg", "query": RESIZE},
    "report": {
        "method": "GET",
        "bucket": "demo",
        "key": "same/a.jpg",
        "query": (("x-oss-process", "image/info"),),
    },
    "wrong process": {
        "method": "GET",
        "bucket": "demo",
        "key": "same/a.jpg",
        "query": (("x-oss-process", "image/resize,w_0"),),
    },
    "missing object": {"method": "GET", "bucket": "demo", "key": "same/none"},
    "missing object, HEAD": {"method": "HEAD", "bucket": "demo", "key": "same/none"},
    "missing bucket": {"method": "GET", "bucket": "no-such-bucket", "key": "a"},
    "private, anonymous": {"method": "GET", "bucket": "closed", "key": "a"},
    "private, signed": {"method": "GET", "bucket": "closed", "key": "same/b", "by": "reader"},
    "write without the right": {
        "method": "PUT",
        "bucket": "closed",
        "key": "same/c",
        "by": "reader",
        "body": TEXT,
    },
    "put": {
        "method": "PUT",
        "bucket": "closed",
        "key": "same/put.txt",
        "by": "owner",
        "body": TEXT,
        "headers": {"content-type": "text/plain", "x-oss-meta-a": "b"},
    },
    "put of a large body": {
        "method": "PUT",
        "bucket": "closed",
        "key": "same/large",
        "by": "owner",
        "body": TEXT * 10_000,
    },
    "wrong digest": {
        "method": "PUT",
        "bucket": "closed",
        "key": "same/none",
        "by": "owner",
        "body": TEXT,
        "headers": {"content-md5": "AAAAAAAAAAAAAAAAAAAAAA=="},
    },
    "put without anything": {
        "method": "PUT",
        "bucket": "closed",
        "key": "same/empty",
        "by": "owner",
    },
    "acl": {
        "method": "GET",
        "bucket": "closed",
        "key": "same/b",
        "by": "owner",
        "query": (("acl", ""),),
    },
    "list": {
        "method": "GET",
        "bucket": "demo",
        "by": "owner",
        "query": (("prefix", "same/a"), ("encoding-type", "url")),
    },
    "saveas": {
        "method": "POST",
        "bucket": "demo",
        "key": "same/a.jpg",
        "by": "owner",
        "query": (("x-oss-process", ""),),
        "body": b"x-oss-process=image/resize,w_20|sys/saveas,o_c2FtZS9zYXZlZC5qcGc=",
    },
    "delete many": {
        "method": "POST",
        "bucket": "closed",
        "by": "owner",
        "query": (("delete", ""),),
        "body": b"<Delete><Object><Key>same/none</Key></Object></Delete>",
    },
    "delete": {"method": "DELETE", "bucket": "closed", "key": "same/put.txt", "by": "owner"},
    "not implemented": {
        "method": "PUT",
        "bucket": "closed",
        "by": "owner",
        "query": (("lifecycle", ""),),
    },
    "preflight": {
        "method": "OPTIONS",
        "bucket": "demo",
        "key": "a",
        "headers": {"origin": "https://a.example", "access-control-request-method": "GET"},
    },
    "unknown method": {"method": "PATCH", "bucket": "demo", "key": "a"},
    "browser at the root": {"method": "GET", "bucket": None, "headers": {"accept": "text/html"}},
}


@pytest.fixture(scope="module", autouse=True)
def _objects(s3: "S3Client", sample: Data) -> None:
    s3.put_object(
        Bucket="demo", Key="same/a.jpg", Body=sample("example.jpg"), ContentType="image/jpeg"
    )
    s3.put_object(Bucket="closed", Key="same/b", Body=b"b", CacheControl="max-age=9")


def comparable(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    """Return what both entries answer alike; a function leaves the length to API Gateway."""
    headers = {name: value for name, value in reply.headers.items() if name not in VARYING}
    request_id = reply.headers["x-oss-request-id"].encode()
    if "x-oss-err" in headers:
        headers["x-oss-err"] = str(len(headers["x-oss-err"]))
    if reply.body:
        headers["content-length"] = str(len(reply.body))
    return reply.status, headers, reply.body.replace(request_id, b"")


@pytest.mark.parametrize("name", REQUESTS)
def test_the_answer_is_the_same(ask: Ask, ask_server: Ask, name: str) -> None:
    """Status, headers and body."""
    of_function = ask(**REQUESTS[name])
    of_server = ask_server(**REQUESTS[name])
    status, headers, body = comparable(of_server)
    expected_status, expected_headers, expected_body = comparable(of_function)
    assert (status, body) == (expected_status, expected_body)
    # An empty body has a length, too, where it is not that of a HEAD, a 204 or a 304.
    if not body and headers.get("content-length") == "0":
        headers.pop("content-length")
        expected_headers.pop("content-length", None)
    assert headers == expected_headers


def test_a_large_object_is_no_redirect(ask: Ask, ask_server: Ask, s3: "S3Client") -> None:
    """Its ETag has the usual spelling, since no store compares it."""
    content = bytes(range(256)) * 20_000
    s3.put_object(Bucket="demo", Key="same/large.bin", Body=content)
    redirected = ask("GET", "demo", "same/large.bin")
    whole = ask_server("GET", "demo", "same/large.bin")
    part = ask_server("GET", "demo", "same/large.bin", headers={"range": "bytes=5-5000000"})
    head = ask_server("HEAD", "demo", "same/large.bin")
    assert redirected.status == 302
    assert (whole.status, whole.headers["content-length"]) == (200, str(len(content)))
    assert whole.body == content
    assert (part.status, part.body) == (206, content[5:5_000_001])
    assert (head.headers["content-length"], head.body) == (str(len(content)), b"")
    assert whole.headers["etag"] == head.headers["etag"] == whole.headers["etag"].upper()
    s3.delete_object(Bucket="demo", Key="same/large.bin")


def test_a_large_result_is_no_redirect(ask: Ask, ask_server: Ask) -> None:
    """It is sent as it is, and stored nowhere."""
    process = (("x-oss-process", "image/resize,w_2000,limit_0/format,bmp"),)
    redirected = ask("GET", "demo", "same/a.jpg", query=process)
    result = ask_server("GET", "demo", "same/a.jpg", query=process)
    assert redirected.status == 302
    assert (result.status, result.headers["content-type"]) == (200, "image/bmp")
    assert len(result.body) > 4_500_000
    assert result.headers["content-length"] == str(len(result.body))
