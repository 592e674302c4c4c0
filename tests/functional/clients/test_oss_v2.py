"""alibabacloud-oss-v2, the vendor's present Python SDK, with version 4 signatures."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import alibabacloud_oss_v2 as oss
import pytest
from alibabacloud_oss_v2 import exceptions
from alibabacloud_oss_v2.credentials import AnonymousCredentialsProvider

from tests.functional.clients.conftest import PRIVATE, PUBLIC, etag
from tests.functional.clients.oss_v2 import b64, code, configured, size


@pytest.fixture
def client(endpoint: str) -> Any:
    """Return a client; uploads and downloads are checked by CRC, the SDK's default."""
    return oss.Client(configured(endpoint))


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ("image/resize,m_fixed,w_100,h_100", (100, 100)),
        ("image/crop,w_100,h_100,x_100,y_100,r_1", (100, 100)),
        ("image/resize,m_fixed,w_100,h_100/rotate,90", (100, 100)),
        ("image/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ", (400, 267)),
    ],
)
def test_download_file_and_url_are_equal(
    client: Any, tmp_path: Path, process: str, expected: tuple[int, int]
) -> None:
    """Spec 06 T9: memory, file and presigned URL have the same bytes."""
    request = oss.GetObjectRequest(bucket=PRIVATE, key="example.jpg", process=process)
    body = client.get_object(request).body.read()
    assert size(body) == expected
    client.get_object_to_file(request, str(tmp_path / "got.jpg"))
    assert (tmp_path / "got.jpg").read_bytes() == body
    with urlopen(client.presign(request, expires=timedelta(minutes=1)).url) as response:
        assert response.read() == body


def test_a_presigned_upload_signs_the_content_type(client: Any) -> None:
    """A presigned upload accepts the signed content type alone."""
    request = oss.PutObjectRequest(bucket=PRIVATE, key="v2/link.txt", content_type="text/plain")
    signed = client.presign(request, expires=timedelta(minutes=1))
    headers = dict(signed.signed_headers)
    assert headers["Content-Type"] == "text/plain"
    other = {**headers, "Content-Type": "text/html"}
    with pytest.raises(HTTPError, match="403"):
        urlopen(Request(signed.url, data=b"by link", method="PUT", headers=other))
    with urlopen(Request(signed.url, data=b"by link", method="PUT", headers=headers)) as response:
        assert response.status == 200
    client.delete_object(oss.DeleteObjectRequest(bucket=PRIVATE, key="v2/link.txt"))


def test_objects_are_stored_read_and_deleted(client: Any, example: bytes) -> None:
    """Upload, metadata, a range, a copy, both lists and both deletions."""
    key, body = "v2/a b+c%/图.jpg", example
    put = client.put_object(
        oss.PutObjectRequest(bucket=PRIVATE, key=key, body=body, metadata={"author": "alice"})
    )
    assert (put.status_code, put.etag) == (200, f'"{etag(body)}"')
    head = client.head_object(oss.HeadObjectRequest(bucket=PRIVATE, key=key))
    assert (head.content_length, head.content_type) == (len(body), "image/jpeg")
    assert head.metadata["author"] == "alice"
    assert head.hash_crc64 == put.hash_crc64
    part = oss.GetObjectRequest(bucket=PRIVATE, key=key, range_header="bytes=0-2")
    assert client.get_object(part).body.read() == b"\xff\xd8\xff"
    copy = oss.CopyObjectRequest(bucket=PRIVATE, key="v2/copy.jpg", source_key=key)
    assert client.copy_object(copy).status_code == 200
    keys = {"v2/copy.jpg", key}
    pages = client.list_objects_paginator().iter_page(
        oss.ListObjectsRequest(bucket=PRIVATE, prefix="v2/", max_keys=1)
    )
    assert {entry.key for page in pages for entry in page.contents} == keys
    pages = client.list_objects_v2_paginator().iter_page(
        oss.ListObjectsV2Request(bucket=PRIVATE, prefix="v2/", max_keys=1)
    )
    assert {entry.key for page in pages for entry in page.contents} == keys
    both = [oss.DeleteObject(key=name) for name in sorted(keys)]
    deleted = client.delete_multiple_objects(
        oss.DeleteMultipleObjectsRequest(bucket=PRIVATE, objects=both)
    )
    assert {entry.key for entry in deleted.deleted_objects} == keys
    assert not client.is_object_exist(PRIVATE, key)
    deletion = client.delete_object(oss.DeleteObjectRequest(bucket=PRIVATE, key=key))
    assert deletion.status_code == 204


@pytest.mark.parametrize("named", [True, False], ids=["into a bucket", "into its own bucket"])
def test_process_object_saves(client: Any, named: bool) -> None:
    """Spec 06 T10, T11: the answer names the bucket only if the request does."""
    target = f"v2/saved-{named}.jpg"
    where = f",b_{b64(PRIVATE)}" if named else ""
    save = f"image/resize,m_fixed,w_100,h_100|sys/saveas,o_{b64(target)}{where}"
    answer = client.process_object(
        oss.ProcessObjectRequest(bucket=PRIVATE, key="example.jpg", process=save)
    )
    saved = client.get_object(oss.GetObjectRequest(bucket=PRIVATE, key=target)).body.read()
    assert size(saved) == (100, 100)
    assert (answer.bucket, answer.key) == (PRIVATE if named else "", target)
    assert (answer.file_size, answer.process_status) == (len(saved), "OK")
    client.delete_object(oss.DeleteObjectRequest(bucket=PRIVATE, key=target))


def test_async_process_object(client: Any) -> None:
    """The answer to a job carries task id, event id and process request id."""
    save = f"image/resize,w_90|sys/saveas,o_{b64('v2/async.jpg')}"
    answer = client.async_process_object(
        oss.AsyncProcessObjectRequest(bucket=PRIVATE, key="example.jpg", process=save)
    )
    assert answer.task_id.startswith("Image-")
    assert answer.event_id
    assert answer.process_request_id


def test_styles(client: Any) -> None:
    """Styles are put, read, listed, used and deleted; a deleted one is a 404."""
    for name, width in (("v2-small", 100), ("v2-large", 300)):
        style = oss.StyleContent(content=f"image/resize,w_{width}")
        client.put_style(oss.PutStyleRequest(bucket=PRIVATE, style_name=name, style=style))
    found = client.get_style(oss.GetStyleRequest(bucket=PRIVATE, style_name="v2-small")).style
    assert (found.name, found.content) == ("v2-small", "image/resize,w_100")
    listed = client.list_style(oss.ListStyleRequest(bucket=PRIVATE)).style_list.styles
    assert [style.name for style in listed if style.name[:3] == "v2-"] == ["v2-small", "v2-large"]
    use = oss.GetObjectRequest(bucket=PRIVATE, key="example.jpg", process="style/v2-small")
    assert size(client.get_object(use).body.read()) == (100, 67)
    for name in ("v2-small", "v2-large", "v2-never-there"):
        deletion = client.delete_style(oss.DeleteStyleRequest(bucket=PRIVATE, style_name=name))
        assert deletion.status_code == 204
    with pytest.raises(exceptions.OperationError) as caught:
        client.get_style(oss.GetStyleRequest(bucket=PRIVATE, style_name="v2-small"))
    assert code(caught) == (404, "NoSuchStyle")


@pytest.mark.parametrize(
    ("bucket", "key", "process", "expected"),
    [
        ("no-such-bucket", "example.jpg", None, (404, "NoSuchBucket")),
        (PRIVATE, "no-such-key", None, (404, "NoSuchKey")),
        (PRIVATE, "example.jpg", "image/resize,w_0", (400, "InvalidArgument")),
        (PRIVATE, "example.jpg", "style/none", (404, "NoSuchStyle")),
    ],
)
def test_errors_are_parsed(
    client: Any, bucket: str, key: str, process: str | None, expected: tuple[int, str]
) -> None:
    """The SDK's ServiceError carries the status and the code of the XML error."""
    with pytest.raises(exceptions.OperationError) as caught:
        client.get_object(oss.GetObjectRequest(bucket=bucket, key=key, process=process))
    assert code(caught) == expected


def test_anyone_reads_a_public_bucket(endpoint: str) -> None:
    """An anonymous request reads a public-read bucket; every other one is AccessDenied."""
    client = oss.Client(configured(endpoint, AnonymousCredentialsProvider()))
    small = {"key": "example.jpg", "process": "image/resize,w_50"}
    body = client.get_object(oss.GetObjectRequest(bucket=PUBLIC, **small)).body.read()
    assert size(body) == (50, 33)
    with pytest.raises(exceptions.OperationError) as caught:
        client.get_object(oss.GetObjectRequest(bucket=PRIVATE, **small))
    assert code(caught) == (403, "AccessDenied")
    with pytest.raises(exceptions.OperationError) as caught:
        client.put_object(oss.PutObjectRequest(bucket=PUBLIC, key="x", body=b"y"))
    assert code(caught) == (403, "AccessDenied")
