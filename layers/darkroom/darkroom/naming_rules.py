"""What may be a bucket's name and an object's key (spec 01 §1)."""

import re

from darkroom.errors import Code, OssError, truncate
from darkroom.limits import MAX_KEY_BYTES

_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", re.ASCII)


def check_bucket_name(name: str) -> None:
    """Refuse what cannot be a bucket's name."""
    if not _BUCKET.fullmatch(name):
        raise OssError(Code.INVALID_BUCKET_NAME, details={"BucketName": truncate(name)})


def check_key(key: str) -> None:
    """Refuse what cannot be an object's key."""
    if not key or key.startswith(("/", "\\")) or len(key.encode()) > MAX_KEY_BYTES:
        raise OssError(Code.INVALID_OBJECT_NAME, details={"Key": truncate(key)})
