"""Pictures for these tests, drawn here and stored in S3."""

import io
import os
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "pictures-in-s3"


def put(s3: "S3Client", key: str, body: bytes) -> bytes:
    """Store a JPEG and give it back."""
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
