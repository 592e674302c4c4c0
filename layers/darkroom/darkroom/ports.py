"""What the service needs of the world, declared where it is used: 1–4 methods each.

Bucket names are OSS bucket names throughout; an adapter maps them to its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from darkroom.buckets import Acl, Bucket

type Clock = Callable[[], datetime]
"""The present moment in UTC, with its time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """What a store knows of an object without its bytes; `etag` is bare upper-case hex."""

    bucket: str
    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    """Stored reply headers by lower-case name: cache-control, content-disposition, …"""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """User metadata without its `x-oss-meta-` prefix."""
    storage_class: str = "Standard"
    version_id: str | None = None
    acl: Acl | None = None
    """The object's own; none inherits the bucket's."""


class Replaced(Exception):
    """The object changed while it was read: what was read of it so far is worthless."""


class OpenObject(Protocol):
    """An object whose header has arrived and whose body is still to be read."""

    @property
    def info(self) -> ObjectInfo:
        """What the header says."""

    def read(self) -> bytes:
        """Read the whole body or raise: `Replaced`, or `OssError` when it cannot be had."""

    def close(self) -> None:
        """Give the connection back, read or not."""


class ObjectReader(Protocol):
    """Reading objects; a missing bucket or key raises `NoSuchBucket` or `NoSuchKey`."""

    def head(self, bucket: str, key: str) -> ObjectInfo:
        """Ask for the header alone."""

    def open(self, bucket: str, key: str, *, span: tuple[int, int] | None = None) -> OpenObject:
        """Ask for the object, or for the bytes from `span[0]` to `span[1]`, both included."""


class ObjectWriter(Protocol):
    """Writing objects: complete or not at all."""

    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        content_type: str,
        headers: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> str:
        """Store the body and answer its ETag; replaces an object of that key."""

    def delete(self, bucket: str, key: str) -> None:
        """Remove the object; a missing one is no error."""


class LinkMaker(Protocol):
    """Making addresses from which a client reads an object without this service."""

    def link(self, bucket: str, key: str, *, overrides: Mapping[str, str]) -> str:
        """Presign a GET of the object; `overrides` are `response-*` reply headers."""


class BucketStore(Protocol):
    """The buckets that are served, with their settings."""

    def find(self, name: str) -> Bucket | None:
        """Look one up by its OSS name; none means that there is no such bucket."""


class ResultStore(Protocol):
    """Where results live that are too large for a reply."""

    def keep(self, name: str, body: bytes, *, headers: Mapping[str, str]) -> str:
        """Store a result with its reply headers and answer a presigned address of it."""
