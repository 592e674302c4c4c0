"""Files too large for one request: what each Python SDK makes of them by itself."""

import random
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from tests.functional.clients.conftest import PRIVATE
from tests.functional.clients.oss_v2 import configured

PART = 4 * 1024 * 1024
"""What one request carries through the gateway, and a little less."""


@pytest.fixture
def client(endpoint: str) -> Any:
    """Open a client; CRC checks are on, as the SDK has it by default."""
    return oss.Client(configured(endpoint))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Write a file of three parts."""
    path = tmp_path / "large.bin"
    path.write_bytes(random.Random(2).randbytes(2 * PART + 1))
    return path


def test_a_file_goes_up_and_comes_down_in_parts(client: Any, large: Path, tmp_path: Path) -> None:
    """The SDK's uploader and downloader, parallel as they are."""
    request = oss.PutObjectRequest(bucket=PRIVATE, key="parts/large.bin")
    done = client.uploader(part_size=PART).upload_file(request, str(large))
    assert done.status_code == 200
    target = tmp_path / "down.bin"
    wanted = oss.GetObjectRequest(bucket=PRIVATE, key="parts/large.bin")
    client.downloader(part_size=PART).download_file(wanted, str(target))
    assert target.read_bytes() == large.read_bytes()


def test_an_object_is_copied_in_parts(client: Any, large: Path) -> None:
    """The SDK's copier."""
    request = oss.PutObjectRequest(bucket=PRIVATE, key="parts/source.bin")
    client.uploader(part_size=PART).upload_file(request, str(large))
    copy = oss.CopyObjectRequest(
        bucket=PRIVATE, key="parts/copy.bin", source_bucket=PRIVATE, source_key="parts/source.bin"
    )
    client.copier(part_size=PART, multipart_copy_threshold=PART).copy(copy)
    head = client.head_object(oss.HeadObjectRequest(bucket=PRIVATE, key="parts/copy.bin"))
    assert head.content_length == 2 * PART + 1


@pytest.mark.parametrize("size", [4_500_001, 4_650_000])
def test_more_than_a_request_carries_is_told_another_way(client: Any, size: int) -> None:
    """Up to what the front lets through: beyond that it has its own words."""
    request = oss.PutObjectRequest(bucket=PRIVATE, key="parts/none", body=bytes(size))
    with pytest.raises(oss.exceptions.OperationError, match=r"(?s)EntityTooLarge.*S3 directly"):
        client.put_object(request)
