"""Answers around the reply limit: inline, or a redirect to a presigned URL (decision 009)."""

import io
import json
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest
from msgspec.structs import replace
from PIL import Image

from darkroom.errors import Code, OssError
from darkroom.web.http import Response
from darkroom.web.lambda_events import response_to_event
from darkroom.web.responses import fit_reply_limit
from tests.fakes.objects import MemoryObjects
from tests.functional.conftest import Ask, Get, Reply

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LIMIT = 4_500_000
MAX_LAMBDA_RESPONSE = 6_291_556
"""Bytes of JSON: Lambda's own limit."""

BITMAP = "x-oss-process=image/format,bmp"
SIZES = {4_400_000: False, LIMIT: False, LIMIT + 1: True, 6_000_000: True, 20_000_000: True}
PICTURES = {  # height of a picture of 1000 pixels' width → bytes of its bitmap
    1466: 4_398_054,
    1499: 4_497_054,
    1500: 4_500_054,
    2000: 6_000_054,
    6666: 19_998_054,
}


def follow(reply: Reply, headers: Mapping[str, str] | None = None) -> tuple[int, bytes, str]:
    """Follow a redirect; return status, body and content type."""
    request = Request(reply.headers["location"], headers=dict(headers or {}))
    with urlopen(request) as response:
        return response.status, response.read(), response.headers["content-type"]


def is_redirect(reply: Reply) -> bool:
    """Return whether the reply is a redirect; a redirect is not cached and has no CRC-64."""
    if reply.status != 302:
        return False
    assert reply.headers["cache-control"] == "no-store"
    assert "x-oss-hash-crc64ecma" not in reply.headers
    assert reply.body == b""
    return True


@pytest.mark.parametrize(("size", "over"), SIZES.items(), ids=map(str, SIZES))
def test_a_plain_object_of_any_size_is_returned(
    get: Get, s3: "S3Client", size: int, over: bool
) -> None:
    """An object is returned inline up to the limit, and by a redirect to S3 above it."""
    body = bytes(size)
    s3.put_object(Bucket="demo", Key="large.jpg", Body=body, ContentType="image/jpeg")
    reply = get("/demo/large.jpg")
    assert is_redirect(reply) == over
    if over:
        assert follow(reply) == (200, body, "image/jpeg")
    else:
        assert (reply.status, reply.headers["content-type"]) == (200, "image/jpeg")
        assert reply.body == body


@pytest.mark.parametrize("height", PICTURES, ids=[f"{size}" for size in PICTURES.values()])
def test_a_result_of_any_size_is_returned(get: Get, s3: "S3Client", height: int) -> None:
    """A result is inline up to the limit, and in the results bucket above it."""
    file = io.BytesIO()
    Image.new("RGB", (1000, height), "teal").save(file, "PNG")
    s3.put_object(Bucket="demo", Key="p.png", Body=file.getvalue(), CacheControl="max-age=9")
    reply = get("/demo/p.png", BITMAP)
    size = PICTURES[height]
    assert is_redirect(reply) == (size > LIMIT)
    if reply.status == 302:
        status, body, content_type = follow(reply)
    else:
        status, body, content_type = reply.status, reply.body, reply.headers["content-type"]
    assert (status, len(body), content_type) == (200, size, "image/bmp")
    assert Image.open(io.BytesIO(body)).getpixel((999, height - 1)) == (0, 128, 128)


@pytest.mark.parametrize("query", ["", BITMAP], ids=["plain", "processed"])
def test_head_of_a_large_answer_is_no_redirect(get: Get, s3: "S3Client", query: str) -> None:
    """HEAD of a large answer is a 200 with its length, not a redirect (C-14)."""
    file = io.BytesIO()
    Image.new("RGB", (1000, 2000)).save(file, "PNG")
    s3.put_object(Bucket="demo", Key="p.png", Body=file.getvalue() + bytes(6_000_000))
    reply = get("/demo/p.png", query, method="HEAD")
    length = 6_000_054 if query else len(file.getvalue()) + 6_000_000
    assert (reply.status, reply.headers["content-length"]) == (200, str(length))


def test_a_range_counts_by_its_own_size(get: Get, s3: "S3Client") -> None:
    """A range is compared with the limit by its own size; a redirect keeps the range."""
    body = bytes(range(250)) * 40_000
    s3.put_object(Bucket="demo", Key="large.bin", Body=body)
    reply = get("/demo/large.bin", range="bytes=5000000-5000999")
    assert (reply.status, reply.body) == (206, body[5_000_000:5_001_000])
    span = "bytes=0-5999999"
    reply = get("/demo/large.bin", range=span)
    assert is_redirect(reply)
    assert follow(reply, {"range": span})[:2] == (206, body[:6_000_000])


def test_a_redirect_keeps_the_chosen_headers(ask: Ask, s3: "S3Client") -> None:
    """A presigned URL carries the chosen reply headers."""
    s3.put_object(Bucket="closed", Key="large.bin", Body=bytes(LIMIT + 1))
    query = (("response-content-type", "image/x-chosen"),)
    reply = ask("GET", "closed", "large.bin", by="reader", query=query)
    assert is_redirect(reply)
    assert follow(reply)[2] == "image/x-chosen"


DISPOSITIONS = {
    'attachment; filename="中文 \\" .txt"': "attachment; filename*=UTF-8''"
    "%E4%B8%AD%E6%96%87%20%22%20.txt",
    "attachment;filename=中文.txt;filename*=utf-8''x;a=b": "attachment;a=b; filename*=UTF-8''"
    "%E4%B8%AD%E6%96%87.txt",
    "附件": "%E9%99%84%E4%BB%B6",
    "attachment; filename=a%20b.txt": "attachment; filename=a%20b.txt",
}


@pytest.mark.parametrize("given", DISPOSITIONS)
@pytest.mark.parametrize("place", ["query", "object"])
def test_a_redirect_writes_a_file_name_in_ascii(
    ask: Ask, s3: "S3Client", given: str, place: str
) -> None:
    """S3 refuses other characters in a presigned URL, and browsers read its bytes as Latin-1."""
    stored = given if place == "object" else "inline"
    s3.put_object(
        Bucket="closed", Key="large.bin", Body=bytes(LIMIT + 1), ContentDisposition=stored
    )
    query = (("response-content-disposition", given),) if place == "query" else ()
    reply = ask("GET", "closed", "large.bin", by="reader", query=query)
    assert is_redirect(reply)
    sent = parse_qs(urlsplit(reply.headers["location"]).query).get("response-content-disposition")
    assert sent == ([DISPOSITIONS[given]] if place == "query" or not given.isascii() else None)


@pytest.mark.parametrize("expires", ["-1", "soon", "Fri, 31 Dec 9999 23:59:59 -0100"])
def test_an_invalid_expires_is_in_the_past(ask: Ask, s3: "S3Client", expires: str) -> None:
    """An invalid `response-expires` becomes 1970 in the URL, since S3 takes dates only."""
    s3.put_object(Bucket="closed", Key="large.bin", Body=bytes(LIMIT + 1))
    reply = ask("GET", "closed", "large.bin", by="reader", query=(("response-expires", expires),))
    assert is_redirect(reply)
    query = parse_qs(urlsplit(reply.headers["location"]).query)
    assert query["response-expires"] == ["Thu, 01 Jan 1970 00:00:00 GMT"]


def test_links_to_results_expire(get: Get, s3: "S3Client") -> None:
    """A large result is stored in the results bucket; its URL expires within 15 minutes."""
    file = io.BytesIO()
    Image.new("RGB", (1000, 1600)).save(file, "PNG")
    s3.put_object(Bucket="demo", Key="p.png", Body=file.getvalue())
    location = urlsplit(get("/demo/p.png", BITMAP).headers["location"])
    assert location.path.startswith("/results/")
    assert int(parse_qs(location.query)["X-Amz-Expires"][0]) <= 900


def test_the_largest_inline_reply_fits_lambdas_limit(app: ModuleType) -> None:
    """A body of 4.5 MB in base64, with all headers, stays below Lambda's limit."""
    limit = app.services.settings.reply_limit
    assert limit == LIMIT
    headers = {f"x-oss-meta-{number}": "x" * 8000 for number in range(1)}
    reply = response_to_event(Response(status=200, headers=headers, body=b"\xff" * limit))
    assert len(json.dumps(reply)) < MAX_LAMBDA_RESPONSE


def test_without_a_results_bucket_a_large_result_is_refused() -> None:
    """A large result raises ImageTooLarge, whose message names the limit."""
    no_result = None
    response = Response(status=200, body=bytes(LIMIT + 1), result_ref=no_result)
    with pytest.raises(OssError) as error:
        fit_reply_limit(response, LIMIT, presigner=MemoryObjects(), results=None)
    assert error.value.code is Code.IMAGE_TOO_LARGE
    assert str(LIMIT) in error.value.message
    small = replace(response, body=bytes(LIMIT))
    assert fit_reply_limit(small, LIMIT, presigner=MemoryObjects(), results=None) is small
