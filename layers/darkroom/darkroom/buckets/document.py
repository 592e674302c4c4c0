"""Read and write a bucket's settings as a JSON document (docs/buckets.md)."""

from typing import Any

import msgspec

from darkroom.buckets.bucket import Bucket, BucketSettings
from darkroom.json_documents import decode


def read_bucket(name: str, document: bytes | str) -> Bucket:
    """Decode a document; omitted members have their defaults. Raises `InvalidDocument`."""
    return decode(document, BucketSettings).of(name)


def write_bucket(bucket: Bucket) -> bytes:
    """Return the settings as JSON, defaults included; members that are None are omitted."""
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
