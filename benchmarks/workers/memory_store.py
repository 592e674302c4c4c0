"""A store in memory, so that a measurement is of the service and not of a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from darkroom.errors import no_such_key
from darkroom.ports import ObjectInfo, OpenObject, Span


@dataclass(frozen=True, kw_only=True)
class MemoryObject:
    """An object at hand."""

    info: ObjectInfo
    body: bytes

    def read(self) -> bytes:
        """Give the body."""
        return self.body

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, kw_only=True)
class MemoryObjects:
    """Objects by key; every bucket is the same."""

    bodies: Mapping[str, bytes] = field(default_factory=dict)

    def head(self, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
        """Describe an object."""
        if version_id is not None or key not in self.bodies:
            raise no_such_key(key)
        return ObjectInfo(
            bucket=bucket,
            key=key,
            size=len(self.bodies[key]),
            etag="0" * 32,
            last_modified=datetime(2026, 1, 1, tzinfo=UTC),
        )

    def open(
        self, bucket: str, key: str, *, version_id: str | None = None, span: Span | None = None
    ) -> OpenObject:
        """Give an object; no measurement asks for a part of one."""
        if span is not None:
            raise NotImplementedError
        info = self.head(bucket, key, version_id=version_id)
        return MemoryObject(info=info, body=self.bodies[key])
