"""The embedded stores, and pictures that are drawn for these tests."""

import io
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
from PIL import Image

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "pictures-in-s3"


def connected(store: Mapping[str, str], service: str) -> Any:
    """Connect to one of the stores by the variables of its endpoint."""
    suffix = service.upper() if service != "secretsmanager" else "SECRETS_MANAGER"
    connect: Any = boto3.client
    return connect(
        service,
        endpoint_url=store[f"AWS_ENDPOINT_URL_{suffix}"],
        region_name=store["AWS_DEFAULT_REGION"],
        aws_access_key_id=store["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=store["AWS_SECRET_ACCESS_KEY"],
    )


def put(s3: "S3Client", key: str, body: bytes) -> bytes:
    """Store a JPEG and return its bytes."""
    s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="image/jpeg")
    return body


def gradient(width: int = 400, height: int = 300) -> bytes:
    """Draw a picture that compresses well."""
    return jpeg(Image.linear_gradient("L").resize((width, height)).convert("RGB"), quality=90)


def noise(width: int, height: int) -> bytes:
    """Draw a picture that does not compress: two to three bytes a pixel."""
    image = Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))
    return jpeg(image, quality=100)


def jpeg(image: Image.Image, quality: int) -> bytes:
    """Encode a picture."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
