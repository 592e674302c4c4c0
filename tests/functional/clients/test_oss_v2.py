"""alibabacloud-oss-v2, the vendor's present Python SDK: the same calls, in V4 throughout."""

import asyncio
import base64
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.aio as oss_aio
import pytest
from alibabacloud_oss_v2 import exceptions
from alibabacloud_oss_v2.credentials import AnonymousCredentialsProvider, StaticCredentialsProvider
from PIL import Image

from tests.conftest import Data
from tests.functional.clients.conftest import KEY_ID, PRIVATE, PUBLIC, REGION, SECRET


def configured(endpoint: str, credentials: Any = None) -> Any:
    """Say where the service is: two lines more than for the vendor's own."""
    config = oss.config.load_default()
    config.credentials_provider = credentials or StaticCredentialsProvider(KEY_ID, SECRET)
    config.region = REGION
    config.endpoint = endpoint
    config.use_path_style = True
    return config


@pytest.fixture
def client(endpoint: str) -> Any:
    """Open a client; uploads and downloads are checked by CRC, as the SDK has it by default."""
    return oss.Client(configured(endpoint))


def b64(text: str) -> str:
    """Encode an argument without padding."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def size(body: bytes) -> tuple[int, int]:
    """Measure a picture."""
    return Image.open(io.BytesIO(body)).size


def code(caught: pytest.ExceptionInfo[Any]) -> tuple[int, str]:
    """Unwrap what the service said from what the operation raised."""
    error = caught.value.unwrap()
    assert isinstance(error, exceptions.ServiceError)
    return error.status_code, error.code


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ("image/resize,m_fixed,w_100,h_100", (100, 100)),
        ("image/crop,w_100,h_100,x_100,y_100,r_1", (100, 100)),
        ("image/resize,m_fixed,w_100,h_100/rotate,90", (100, 100)),
        ("image/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ", (400, 267)),
    ],
)
def test_a_download_a_file_and_a_link_agree(
    client: Any, tmp_path: Path, process: str, expected: tuple[int, int]
) -> None:
    """T9: the same bytes in memory, in a file and through a presigned URL."""
    request = oss.GetObjectRequest(bucket=PRIVATE, key="example.jpg", process=process)
    body = client.get_object(request).body.read()
    assert size(body) == expected
    client.get_object_to_file(request, str(tmp_path / "got.jpg"))
    assert (tmp_path / "got.jpg").read_bytes() == body
    with urlopen(client.presign(request, expires=timedelta(minutes=1)).url) as response:
        assert response.read() == body


def test_a_presigned_upload_binds_what_it_names(client: Any) -> None:
    """A form may upload with the type that was signed, and with no other."""
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


def test_objects_come_and_go(client: Any, data: Data) -> None:
    """Upload, metadata, a range, a copy, both listings and both deletions."""
    key, body = "v2/a b+c%/图.jpg", data("example.jpg")
    put = client.put_object(
        oss.PutObjectRequest(bucket=PRIVATE, key=key, body=body, metadata={"author": "alice"})
    )
    assert (put.status_code, put.etag) == (200, '"1C71822C6C732797FA709920F1425CEC"')
    head = client.head_object(oss.HeadObjectRequest(bucket=PRIVATE, key=key))
    assert (head.content_length, head.content_type) == (21839, "image/jpeg")
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
    gone = client.delete_object(oss.DeleteObjectRequest(bucket=PRIVATE, key=key))
    assert gone.status_code == 204


def test_transfers_in_parts(client: Any, tmp_path: Path) -> None:
    """The SDK's uploader and downloader, in several parts at a time, checked by CRC."""
    sent, got = tmp_path / "sent.bin", tmp_path / "got.bin"
    sent.write_bytes(bytes(range(256)) * 2000)
    key, part = "v2/parts.bin", {"part_size": 200 * 1024, "parallel_num": 2}
    put = oss.PutObjectRequest(bucket=PRIVATE, key=key)
    client.uploader(**part).upload_file(put, str(sent))
    get = oss.GetObjectRequest(bucket=PRIVATE, key=key)
    client.downloader(**part).download_file(get, str(got))
    assert got.read_bytes() == sent.read_bytes()
    client.delete_object(oss.DeleteObjectRequest(bucket=PRIVATE, key=key))


@pytest.mark.parametrize("named", [True, False], ids=["into a bucket", "into its own bucket"])
def test_process_object_saves(client: Any, named: bool) -> None:
    """T10, T11: the answer names the bucket only if the request does."""
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
    """A job is accepted under three ids."""
    save = f"image/resize,w_90|sys/saveas,o_{b64('v2/async.jpg')}"
    answer = client.async_process_object(
        oss.AsyncProcessObjectRequest(bucket=PRIVATE, key="example.jpg", process=save)
    )
    assert answer.task_id.startswith("Image-")
    assert answer.event_id
    assert answer.process_request_id


def test_styles(client: Any) -> None:
    """Put, get, list, use and delete; the one that is gone is no longer found."""
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
        gone = client.delete_style(oss.DeleteStyleRequest(bucket=PRIVATE, style_name=name))
        assert gone.status_code == 204
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
def test_refusals_are_read(
    client: Any, bucket: str, key: str, process: str | None, expected: tuple[int, str]
) -> None:
    """The SDK finds status and code in the answer."""
    with pytest.raises(exceptions.OperationError) as caught:
        client.get_object(oss.GetObjectRequest(bucket=bucket, key=key, process=process))
    assert code(caught) == expected


def test_anyone_reads_a_public_bucket(endpoint: str) -> None:
    """Without a key, and nothing else."""
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


def asynchronously(endpoint: str, story: Callable[[Any], Awaitable[None]]) -> None:
    """Tell a story with the client for asyncio."""

    async def told() -> None:
        async with oss_aio.AsyncClient(configured(endpoint)) as client:
            await story(client)

    asyncio.run(told())


def test_the_asynchronous_client(endpoint: str, data: Data) -> None:
    """Upload, process, save, presign, list and delete, some of it at the same time."""

    async def story(client: Any) -> None:
        await client.put_object(
            oss.PutObjectRequest(bucket=PRIVATE, key="aio/a.jpg", body=data("example.jpg"))
        )
        requests = [
            oss.GetObjectRequest(
                bucket=PRIVATE, key="aio/a.jpg", process=f"image/resize,m_fixed,w_{n},h_{n}"
            )
            for n in (40, 50, 60)
        ]
        answers = await asyncio.gather(*map(client.get_object, requests))
        bodies = [await answer.body.read() for answer in answers]
        assert [size(body)[0] for body in bodies] == [40, 50, 60]
        link = await client.presign(requests[0])
        opened = await asyncio.to_thread(lambda: urlopen(link.url).read())
        assert opened == bodies[0]
        save = f"image/resize,w_70|sys/saveas,o_{b64('aio/b.jpg')}"
        saved = await client.process_object(
            oss.ProcessObjectRequest(bucket=PRIVATE, key="aio/a.jpg", process=save)
        )
        assert (saved.key, saved.process_status) == ("aio/b.jpg", "OK")
        listed = await client.list_objects_v2(
            oss.ListObjectsV2Request(bucket=PRIVATE, prefix="aio/")
        )
        assert [entry.key for entry in listed.contents] == ["aio/a.jpg", "aio/b.jpg"]
        for key in ("aio/a.jpg", "aio/b.jpg"):
            await client.delete_object(oss.DeleteObjectRequest(bucket=PRIVATE, key=key))
        assert not await client.is_object_exist(PRIVATE, "aio/a.jpg")

    asynchronously(endpoint, story)


def test_the_asynchronous_client_is_refused_alike(endpoint: str) -> None:
    """A key that is not there is told with the service's code."""

    async def story(client: Any) -> None:
        with pytest.raises(exceptions.OperationError) as caught:
            await client.get_object(oss.GetObjectRequest(bucket=PRIVATE, key="no-such-key"))
        assert code(caught) == (404, "NoSuchKey")

    asynchronously(endpoint, story)
