"""A bucket's settings as a JSON document: the form for operators (docs/buckets.md)."""

from typing import Any

import msgspec

from darkroom.buckets.bucket import Bucket, BucketSettings
from darkroom.json_documents import decode


def read_bucket(name: str, document: bytes | str) -> Bucket:
    """Read JSON; a member that is left out has its default. Raises `InvalidDocument`."""
    return decode(document, BucketSettings).of(name)


def write_bucket(bucket: Bucket) -> bytes:
    """Write all settings that have a value as JSON, defaults too."""
    members = msgspec.to_builtins(bucket)
    del members["name"]
    return msgspec.json.encode(_without_nulls(members))


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_nulls(each) for name, each in value.items() if each is not None}
        case tuple():
            return [_without_nulls(each) for each in value]
    return value
