"""Objects in memory."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from fastcrc import crc64

from darkroom.buckets import Acl
from darkroom.errors import Code, OssError, file_already_exists, no_such_key
from darkroom.ports.bodies import Body
from darkroom.ports.objects import (
    KeyVersion,
    ObjectAttributes,
    ObjectInfo,
    ObjectReplaced,
    OpenObject,
    PutResult,
    RangeSpec,
)

WRITTEN = datetime(2026, 8, 1, 9, 30, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MemoryObject:
    """A stored object."""

    info: ObjectInfo
    body: bytes
    tags: Sequence[tuple[str, str]] = ()

    def read(self) -> bytes:
        """Read the whole body."""
        return self.body

    def blocks(self, size: int) -> Iterator[bytes]:
        """Read block by block."""
        for first in range(0, len(self.body), size):
            yield self.body[first : first + size]

    def close(self) -> None:
        """Do nothing: no connection is open."""


@dataclass(frozen=True, kw_only=True)
class MemoryObjects:
    """Objects by bucket and key, without versions; `asked` records every request."""

    stored: dict[tuple[str, str], MemoryObject] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def add(self, bucket: str, key: str, body: bytes = b"", *, acl: Acl | None = None) -> None:
        """Store an object without recording a request."""
        self._store(bucket, key, body, ObjectAttributes(acl=acl))

    def head(self, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
        """Return the header."""
        return self._found("HEAD", bucket, key, version_id).info

    def open(
        self,
        bucket: str,
        key: str,
        *,
        version_id: str | None = None,
        byte_range: RangeSpec | None = None,
    ) -> OpenObject:
        """Return the object, or a byte range of it."""
        found = self._found("GET", bucket, key, version_id)
        return found if byte_range is None else replace(found, body=_part(found.body, byte_range))

    def tags(
        self, bucket: str, key: str, *, version_id: str | None = None
    ) -> Sequence[tuple[str, str]]:
        """Return the tags."""
        return self._found("GET", bucket, key, version_id).tags

    def put_tags(self, bucket: str, key: str, tags: Sequence[tuple[str, str]]) -> None:
        """Replace the tags."""
        found = self._found("PUT", bucket, key, None)
        self.stored[bucket, key] = replace(found, tags=list(tags))

    def _found(self, method: str, bucket: str, key: str, version_id: str | None) -> MemoryObject:
        self.asked.append(f"{method} /{bucket}/{key}")
        if version_id is not None:
            raise OssError(Code.NO_SUCH_VERSION)
        found = self.stored.get((bucket, key))
        if found is None:
            raise no_such_key(key)
        return found

    def put(
        self,
        bucket: str,
        key: str,
        body: Body,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Store the body."""
        content = body if isinstance(body, bytes) else body.from_start().read()
        self.asked.append(f"PUT /{bucket}/{key}")
        self._check_absent(bucket, key, overwrite=overwrite)
        info = self._store(bucket, key, content, attributes)
        return PutResult(etag=info.etag, md5=bytes.fromhex(info.etag), crc64=info.crc64)

    def copy(
        self,
        source: ObjectInfo,
        bucket: str,
        key: str,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Store the body of another object."""
        self.asked.append(f"PUT /{bucket}/{key}")
        self._check_absent(bucket, key, overwrite=overwrite)
        found = self._found("GET", source.bucket, source.key, source.version_id)
        if found.info.etag != source.etag:
            raise ObjectReplaced(source.key)
        info = self._store(bucket, key, found.body, attributes)
        if attributes.tags is None:
            self.put_tags(bucket, key, found.tags)
        return PutResult(
            etag=info.etag,
            store_etag=info.store_etag,
            last_modified=info.last_modified,
            crc64=info.crc64,
        )

    def delete(self, bucket: str, key: str, *, version_id: str | None = None) -> None:
        """Remove the object; a missing object is no error."""
        self.asked.append(f"DELETE /{bucket}/{key}")
        if version_id is None:
            self.stored.pop((bucket, key), None)

    def delete_all(self, bucket: str, named: Sequence[KeyVersion]) -> Sequence[KeyVersion]:
        """Remove the objects and return all names."""
        for key, version_id in named:
            self.delete(bucket, key, version_id=version_id)
        return named

    def _check_absent(self, bucket: str, key: str, *, overwrite: bool) -> None:
        if not overwrite and (bucket, key) in self.stored:
            raise file_already_exists()

    def _store(
        self, bucket: str, key: str, body: bytes, attributes: ObjectAttributes
    ) -> ObjectInfo:
        info = ObjectInfo(
            bucket=bucket,
            key=key,
            size=len(body),
            etag=(md5 := hashlib.md5(body, usedforsecurity=False).hexdigest()).upper(),
            store_etag=md5,
            last_modified=WRITTEN,
            content_type=attributes.content_type,
            headers=attributes.headers,
            metadata=attributes.metadata,
            storage_class=attributes.storage_class,
            acl=attributes.acl,
            by_rule=attributes.by_rule,
            crc64=crc64.xz(body),
        )
        tags = parse_qsl(attributes.tags or "", keep_blank_values=True)
        self.stored[bucket, key] = MemoryObject(info=info, body=body, tags=tags)
        return info

    def presign(self, info: ObjectInfo, *, overrides: Mapping[str, str]) -> str:
        """Return a URL that names the object and the overrides."""
        return f"memory:/{info.bucket}/{info.key}?{'&'.join(overrides)}"


def _part(body: bytes, span: RangeSpec) -> bytes:
    first, last = span
    if first is None:
        part = body[-last:] if last else b""
    else:
        part = body[first:] if last is None else body[first : last + 1]
    if not part:
        raise OssError(Code.INVALID_RANGE)
    return part
