"""Object stores: reading, writing, listing, presigned addresses. Bucket names are OSS names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from darkroom.buckets import Acl

STANDARD_CLASS = "Standard"

STORAGE_CLASSES = (STANDARD_CLASS, "IA", "Archive", "ColdArchive")

DEFAULT_CONTENT_TYPE = "application/octet-stream"

RESERVED_METADATA_PREFIX = "darkroom-"
"""How names of metadata begin that adapters keep for themselves: they never come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectAttributes:
    """What is stored beside an object's bytes and comes back with them."""

    content_type: str = DEFAULT_CONTENT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    """Stored reply headers by lower-case name: cache-control, content-disposition, …"""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """User metadata without its `x-oss-meta-` prefix."""
    storage_class: str = STANDARD_CLASS
    acl: Acl | None = None
    """The object's own; none inherits the bucket's."""
    by_rule: bool = False
    """Whether a rule of a bucket had it made: no rule fires on such an object."""
    tags: str | None = None
    """`name=value&…`, percent-encoded; does not come back. A copy without keeps its source's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """What a store knows of an object without its bytes; `etag` is bare upper-case hex.

    The rest is as in `Attributes`.
    """

    bucket: str
    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str = DEFAULT_CONTENT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    storage_class: str = STANDARD_CLASS
    acl: Acl | None = None
    by_rule: bool = False
    version_id: str | None = None
    crc64: int | None = None
    """Of the bytes, where it is known for certain."""


class ObjectReplaced(Exception):
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


type RangeSpec = tuple[int | None, int | None]
"""First and last byte, both included; without a last to the end, without a first the tail."""


class ObjectReader(Protocol):
    """Reading objects; a missing bucket or key raises `NoSuchBucket` or `NoSuchKey`."""

    def head(self, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
        """Ask for the header alone."""

    def open(
        self,
        bucket: str,
        key: str,
        *,
        version_id: str | None = None,
        byte_range: RangeSpec | None = None,
    ) -> OpenObject:
        """Ask for the object or for some of it: `InvalidRange` if it has none of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutResult:
    """What a store says of an object that it has taken."""

    etag: str
    """Bare upper-case hex."""
    last_modified: datetime | None = None
    """Only known of copies."""
    version_id: str | None = None
    md5: bytes | None = None
    crc64: int | None = None


class ObjectWriter(Protocol):
    """Writing objects: complete or not at all. A missing bucket raises `NoSuchBucket`.

    Without `overwrite`, an object of that key raises `FileAlreadyExists`, however close
    the race.
    """

    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Store the body."""

    def copy(
        self,
        source: ObjectInfo,
        bucket: str,
        key: str,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Copy that very version, or raise `Replaced`."""

    def delete(self, bucket: str, key: str, *, version_id: str | None = None) -> None:
        """Remove the object; a missing one is no error."""

    def delete_all(self, bucket: str, keys: Sequence[str]) -> Sequence[str]:
        """Remove up to 1000 objects; answer the keys that are gone now, in their order."""


class Presigner(Protocol):
    """Making addresses from which a client reads an object without this service."""

    def presign(self, info: ObjectInfo, *, overrides: Mapping[str, str]) -> str:
        """Presign a GET of that version; `overrides` are headers to reply with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which keys of a bucket are to be listed."""

    prefix: str = ""
    delimiter: str = ""
    """Keys that share what stands up to it, behind the prefix, become one entry."""
    limit: int = 100
    """Of keys and shared beginnings together, 1 to 1000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSummary:
    """An object as a list shows it."""

    key: str
    size: int
    etag: str
    last_modified: datetime
    storage_class: str = STANDARD_CLASS


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A part of a list, in the order of the keys' UTF-8."""

    objects: Sequence[ObjectSummary]
    prefixes: Sequence[str]
    next_marker: str | None
    """Where the next page begins, in the terms that this one was asked for; none is the end."""


class ObjectLister(Protocol):
    """Listing objects; a missing bucket raises `NoSuchBucket`."""

    def list(
        self, bucket: str, listing: ListQuery, *, token: str | None = None, after: str = ""
    ) -> ListPage:
        """List on from the token of a page, or what comes after a text, which may be no key."""
