"""A processed picture through the handler and a real S3 protocol."""

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.conftest import Data
from tests.functional.conftest import Get

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@pytest.fixture(autouse=True)
def example(s3: "S3Client", data: Data) -> None:
    """Put the reference picture into the public bucket."""
    s3.put_object(
        Bucket="demo", Key="example.jpg", Body=data("example.jpg"), CacheControl="max-age=77"
    )


def test_a_cascade_answers_the_processed_picture(get: Get) -> None:
    """The worked example of the interface: scaled, then turned."""
    reply = get("/demo/example.jpg", "x-oss-process=image/resize,w_100/rotate,90")
    assert reply.status == 200
    assert reply.headers["content-type"] == "image/jpeg"
    assert reply.headers["cache-control"] == "max-age=77"
    assert "x-oss-hash-crc64ecma" not in reply.headers
    assert Image.open(io.BytesIO(reply.body)).size == (67, 100)
