"""The configuration of alibabacloud-oss-v2, and helpers of its tests."""

import base64
import io
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest
from alibabacloud_oss_v2 import exceptions
from alibabacloud_oss_v2.credentials import StaticCredentialsProvider
from PIL import Image

from tests.functional.clients.conftest import KEY_ID, REGION, SECRET


def configured(endpoint: str, credentials: Any = None) -> Any:
    """Return a configuration with the endpoint and path style."""
    config = oss.config.load_default()
    config.credentials_provider = credentials or StaticCredentialsProvider(KEY_ID, SECRET)
    config.region = REGION
    config.endpoint = endpoint
    config.use_path_style = True
    return config


def b64(text: str) -> str:
    """Encode an argument without padding."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def size(body: bytes) -> tuple[int, int]:
    """Return the size of a picture."""
    return Image.open(io.BytesIO(body)).size


def code(caught: pytest.ExceptionInfo[Any]) -> tuple[int, str]:
    """Return status and code of the service's error."""
    error = caught.value.unwrap()
    assert isinstance(error, exceptions.ServiceError)
    return error.status_code, error.code
