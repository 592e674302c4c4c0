"""Forms as clients send them, and their policies signed by code that the service does not use."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

BOUNDARY = "----WebKitFormBoundaryW0DET1iaBMeAOBg3"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def text_part(name: str, value: str) -> bytes:
    """Write a part with text, without its boundary."""
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()


def file_part(
    content: bytes,
    *,
    name: str = "photo.jpg",
    content_type: str = "image/jpeg",
    field: str = "file",
    headers: str = "",
) -> bytes:
    """Write a part with a file, as browsers do."""
    disposition = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"{disposition}{kind}{headers}\r\n".encode() + content


def joined(parts: Sequence[bytes], *, boundary: str = BOUNDARY, end: str = "--\r\n") -> bytes:
    """Join parts to a body."""
    line = f"--{boundary}".encode()
    return b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + end.encode()


def form_body(fields: Mapping[str, str], content: bytes, **file: str) -> bytes:
    """Write a form with its fields before its file."""
    parts = [text_part(name, value) for name, value in fields.items()]
    return joined([*parts, file_part(content, **file)])


def policy(*conditions: Any, now: datetime | None = None, seconds: int = 600, **others: Any) -> str:
    """Write a policy that expires `seconds` after `now`."""
    expiration = (now or datetime.now(UTC)) + timedelta(seconds=seconds)
    text = expiration.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    document = {"expiration": text, "conditions": conditions, **others}
    return base64.b64encode(json.dumps(document).encode()).decode()


def v1_fields(text: str, key_id: str, secret: str) -> dict[str, str]:
    """Return the fields of signature version 1."""
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    signature = base64.b64encode(digest).decode()
    return {"OSSAccessKeyId": key_id, "policy": text, "Signature": signature}


def v4_fields(
    text: str, key_id: str, secret: str, *, now: datetime, region: str = "cn-hangzhou"
) -> dict[str, str]:
    """Return the fields of signature version 4."""
    day = now.strftime("%Y%m%d")
    signing_key = f"aliyun_v4{secret}".encode()
    for part in (day, region, "oss", "aliyun_v4_request"):
        signing_key = hmac.new(signing_key, part.encode(), hashlib.sha256).digest()
    return {
        "policy": text,
        "x-oss-signature-version": "OSS4-HMAC-SHA256",
        "x-oss-credential": f"{key_id}/{day}/{region}/oss/aliyun_v4_request",
        "x-oss-date": now.strftime("%Y%m%dT%H%M%SZ"),
        "x-oss-signature": hmac.new(signing_key, text.encode(), hashlib.sha256).hexdigest(),
    }
