"""Results in a bucket whose lifecycle deletes them (docs/decisions/091-result-cache.md)."""

import hashlib
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from darkroom.aws.errors import errors_as
from darkroom.aws.s3 import presign
from darkroom.errors import Code
from darkroom.ports.objects import RESERVED_METADATA_PREFIX
from darkroom.ports.results import CachedResult

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


PREFIX = "results/"
"""Prefix of the keys of results; the bucket's lifecycle has a rule for it."""

CHECKSUM = f"{RESERVED_METADATA_PREFIX}seal"
"""Metadata: number of bytes, and SHA-256 of an object's name, type and bytes."""


class S3ResultStorage(Struct, frozen=True, kw_only=True):
    """Results as objects; an object that was changed since it was stored counts as missing."""

    client: "S3Client"
    bucket: str
    """S3 name."""

    def get(self, key: str, *, max_bytes: int) -> CachedResult | None:
        """Request header and body in one call; read the body if it is small."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            try:
                response = self.client.get_object(**self._location(key))
            except self.client.exceptions.NoSuchKey:
                return None
            with closing(response["Body"]) as body:
                return _verified_result(key, response, body, max_bytes)

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store the object with its checksum."""
        with errors_as(Code.SERVICE_UNAVAILABLE):
            self.client.put_object(
                **self._location(key),
                Body=body,
                ContentType=content_type,
                Metadata={CHECKSUM: _checksum(key, content_type, body)},
            )

    def presign(self, key: str, *, headers: Mapping[str, str]) -> str:
        """Return a presigned GET URL of the object."""
        return presign(self.client, self._location(key), headers)

    def _location(self, name: str) -> Any:
        return {"Bucket": self.bucket, "Key": f"{PREFIX}{name}"}


def _verified_result(
    name: str, response: Mapping[str, Any], body: Any, max_bytes: int
) -> CachedResult | None:
    """Return the result if its checksum matches; of a large body only the size is compared."""
    size, content_type = int(response["ContentLength"]), response.get("ContentType", "")
    checksum = response.get("Metadata", {}).get(CHECKSUM, "")
    result = CachedResult(key=name, content_type=content_type, size=size)
    if size > max_bytes:
        return result if checksum.startswith(f"{size} ") else None
    content = body.read()
    return (
        replace(result, body=content)
        if checksum == _checksum(name, content_type, content)
        else None
    )


def _checksum(name: str, content_type: str, body: bytes) -> str:
    digest = hashlib.sha256(f"{name}\n{content_type}\n".encode())
    digest.update(body)
    return f"{len(body)} {digest.hexdigest()}"
