"""What may be a bucket's name and an object's key (spec 01 §1)."""

import re

from darkroom.errors import Code, OssError, shown
from darkroom.limits import LONGEST_KEY

_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", re.ASCII)


def check_bucket_name(name: str) -> None:
    """Refuse what cannot be a bucket's name."""
    if not _BUCKET.fullmatch(name):
        raise OssError(Code.INVALID_BUCKET_NAME, details={"BucketName": shown(name)})


def check_key(key: str) -> None:
    """Refuse what cannot be an object's key."""
    if not key or key.startswith(("/", "\\")) or len(key.encode()) > LONGEST_KEY:
        raise OssError(Code.INVALID_OBJECT_NAME, details={"Key": shown(key)})
