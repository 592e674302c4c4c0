"""Rules for bucket names and object keys (spec 01 §1)."""

import re

from darkroom.errors import Code, OssError, truncate
from darkroom.limits import MAX_KEY_BYTES

_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", re.ASCII)


def check_bucket_name(name: str) -> None:
    """Raise `InvalidBucketName` unless 3 to 63 lower-case letters, digits or inner hyphens."""
    if not _BUCKET.fullmatch(name):
        raise OssError(Code.INVALID_BUCKET_NAME, details={"BucketName": truncate(name)})


def check_key(key: str) -> None:
    """Raise `InvalidObjectName` for an empty or too long key, or a leading slash or backslash."""
    if not key or key.startswith(("/", "\\")) or len(key.encode()) > MAX_KEY_BYTES:
        raise OssError(Code.INVALID_OBJECT_NAME, details={"Key": truncate(key)})
