"""Objects in memory."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from darkroom.buckets import Acl
from darkroom.errors import no_such_key
from darkroom.ports import ObjectInfo, OpenObject

WRITTEN = datetime(2026, 8, 1, 9, 30, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MemoryObject:
    """A stored object."""

    info: ObjectInfo
    body: bytes

    def read(self) -> bytes:
        """Read the whole body."""
        return self.body

    def close(self) -> None:
        """Have nothing to give back."""


@dataclass(frozen=True, kw_only=True)
class MemoryObjects:
    """Objects by bucket and key; `asked` lists every look at one."""

    stored: dict[tuple[str, str], MemoryObject] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def add(self, bucket: str, key: str, body: bytes = b"", *, acl: Acl | None = None) -> None:
        """Store an object as if it had been there all the time."""
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest().upper()
        info = ObjectInfo(
            bucket=bucket, key=key, size=len(body), etag=etag, last_modified=WRITTEN, acl=acl
        )
        self.stored[bucket, key] = MemoryObject(info=info, body=body)

    def head(self, bucket: str, key: str) -> ObjectInfo:
        """Ask for the header alone."""
        return self._found("HEAD", bucket, key).info

    def open(self, bucket: str, key: str, *, span: tuple[int, int] | None = None) -> OpenObject:
        """Ask for the object or a part of it."""
        found = self._found("GET", bucket, key)
        return found if span is None else replace(found, body=found.body[span[0] : span[1] + 1])

    def _found(self, method: str, bucket: str, key: str) -> MemoryObject:
        self.asked.append(f"{method} /{bucket}/{key}")
        found = self.stored.get((bucket, key))
        if found is None:
            raise no_such_key(key)
        return found

    def link(self, bucket: str, key: str, *, overrides: Mapping[str, str]) -> str:
        """Give an address that says what it is for."""
        return f"memory:/{bucket}/{key}?{'&'.join(overrides)}"
