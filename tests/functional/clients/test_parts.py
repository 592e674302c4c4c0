"""Files too large for one request, which each Python SDK splits into parts."""

import random
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from tests.functional.clients.conftest import PRIVATE
from tests.functional.clients.oss_v2 import configured

PART = 4 * 1024 * 1024
"""A little less than the gateway accepts in one request."""


@pytest.fixture
def client(endpoint: str) -> Any:
    """Return a client; CRC checks are on, the SDK's default."""
    return oss.Client(configured(endpoint))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Write a file of three parts."""
    path = tmp_path / "large.bin"
    path.write_bytes(random.Random(2).randbytes(2 * PART + 1))
    return path


def test_a_file_is_transferred_in_parts(client: Any, large: Path, tmp_path: Path) -> None:
    """The SDK's uploader and downloader transfer a file in parallel parts."""
    request = oss.PutObjectRequest(bucket=PRIVATE, key="parts/large.bin")
    done = client.uploader(part_size=PART).upload_file(request, str(large))
    assert done.status_code == 200
    target = tmp_path / "down.bin"
    download = oss.GetObjectRequest(bucket=PRIVATE, key="parts/large.bin")
    client.downloader(part_size=PART).download_file(download, str(target))
    assert target.read_bytes() == large.read_bytes()


def test_an_object_is_copied_in_parts(client: Any, large: Path) -> None:
    """The SDK's copier copies an object in parts."""
    request = oss.PutObjectRequest(bucket=PRIVATE, key="parts/source.bin")
    client.uploader(part_size=PART).upload_file(request, str(large))
    copy = oss.CopyObjectRequest(
        bucket=PRIVATE, key="parts/copy.bin", source_bucket=PRIVATE, source_key="parts/source.bin"
    )
    client.copier(part_size=PART, multipart_copy_threshold=PART).copy(copy)
    head = client.head_object(oss.HeadObjectRequest(bucket=PRIVATE, key="parts/copy.bin"))
    assert head.content_length == 2 * PART + 1


@pytest.mark.parametrize("size", [4_500_001, 4_650_000])
def test_a_body_over_the_limit_is_refused(client: Any, size: int) -> None:
    """A body over the limit that still fits the gateway is EntityTooLarge with advice."""
    request = oss.PutObjectRequest(bucket=PRIVATE, key="parts/none", body=bytes(size))
    with pytest.raises(oss.exceptions.OperationError, match=r"(?s)EntityTooLarge.*S3 directly"):
        client.put_object(request)
