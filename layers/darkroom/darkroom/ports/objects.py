"""Object stores: reading, writing, listing, presigned URLs. Bucket names are OSS names."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

from darkroom.buckets import Acl
from darkroom.content_types import DEFAULT_CONTENT_TYPE
from darkroom.ports.bodies import Body

STANDARD_CLASS = "Standard"

STORAGE_CLASSES = (STANDARD_CLASS, "IA", "Archive", "ColdArchive")

RESERVED_METADATA_PREFIX = "darkroom-"
"""Begins the names of metadata that adapters use themselves and never return."""


class ObjectAttributes(Struct, frozen=True, kw_only=True):
    """Attributes that are stored with an object's bytes and returned with them."""

    content_type: str = DEFAULT_CONTENT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    """Stored reply headers by lower-case name: cache-control, content-disposition, …"""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """User metadata without its `x-oss-meta-` prefix."""
    storage_class: str = STANDARD_CLASS
    acl: Acl | None = None
    """The object's own ACL; None inherits the bucket's."""
    by_rule: bool = False
    """Whether a bucket's rule created the object; no rule fires for such an object."""
    tags: str | None = None
    """`name=value&…`, percent-encoded. None lets a copy keep its source's tags."""


class ObjectInfo(Struct, frozen=True, kw_only=True):
    """An object without its bytes; `etag` is bare upper-case hex.

    The other fields are as in `ObjectAttributes`.
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
    """CRC-64 of the bytes, None where it is not certain."""
    store_etag: str = ""
    """`etag` as the store writes it: clients that are redirected to the store compare it (C-38)."""
    encryption: str | None = None
    """Name of the encryption on the server; None where the store reports none."""


class ObjectReplaced(Exception):
    """The object was replaced while it was read: the bytes read so far are to be discarded."""


class OpenObject(Protocol):
    """An object whose header has been read and whose body has not."""

    @property
    def info(self) -> ObjectInfo:
        """The object as its header describes it."""

    def read(self) -> bytes:
        """Read the whole body; raises `ObjectReplaced`, or `OssError` where that fails."""

    def blocks(self, size: int) -> Iterator[bytes]:
        """Read the body in blocks of at most `size` bytes; raises as `read` does."""

    def close(self) -> None:
        """Release the connection, whether the body was read or not."""


type RangeSpec = tuple[int | None, int | None]
"""First and last byte, both included; no last: to the end; no first: the last so many bytes."""


class ObjectReader(Protocol):
    """Reading objects; a missing bucket or key raises `NoSuchBucket` or `NoSuchKey`."""

    def head(self, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
        """Return the object's header."""

    def open(
        self,
        bucket: str,
        key: str,
        *,
        version_id: str | None = None,
        byte_range: RangeSpec | None = None,
    ) -> OpenObject:
        """Open the object or a range of it; raises `InvalidRange` if it has no byte of that."""

    def tags(
        self, bucket: str, key: str, *, version_id: str | None = None
    ) -> Sequence[tuple[str, str]]:
        """Return the names and values of the object's tags."""


class PutResult(Struct, frozen=True, kw_only=True):
    """Attributes of a stored object, as far as the store returns them."""

    etag: str
    """Bare upper-case hex."""
    last_modified: datetime | None = None
    """Known for copies only."""
    version_id: str | None = None
    md5: bytes | None = None
    crc64: int | None = None
    store_etag: str = ""
    """`etag` as the store writes it."""
    size: int = 0
    """Bytes of an object that was copied or completed."""


type KeyVersion = tuple[str, str | None]
"""Key and version id of an object; without an id, the current version."""


class ObjectWriter(Protocol):
    """Writing objects: complete or not at all. A missing bucket raises `NoSuchBucket`.

    Without `overwrite`, an existing object of that key raises `FileAlreadyExists`, even one that is
    stored at the same moment.
    """

    def put(
        self,
        bucket: str,
        key: str,
        body: Body,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Store the body with its attributes."""

    def copy(
        self,
        source: ObjectInfo,
        bucket: str,
        key: str,
        attributes: ObjectAttributes,
        *,
        overwrite: bool = True,
    ) -> PutResult:
        """Copy exactly that version of the source, or raise `ObjectReplaced`."""

    def put_tags(self, bucket: str, key: str, tags: Sequence[tuple[str, str]]) -> None:
        """Replace the tags of the object; raises `NoSuchKey`."""

    def delete(self, bucket: str, key: str, *, version_id: str | None = None) -> None:
        """Delete the object; a missing one is no error."""

    def delete_all(self, bucket: str, named: Sequence[KeyVersion]) -> Sequence[KeyVersion]:
        """Delete up to 1000 objects or versions; return those that are gone, in their order."""


class Presigner(Protocol):
    """Presigned URLs, by which a client reads an object from the store directly."""

    def presign(self, info: ObjectInfo, *, overrides: Mapping[str, str]) -> str:
        """Return a presigned GET URL of that version; `overrides` are reply headers."""


class ListQuery(Struct, frozen=True, kw_only=True):
    """Which keys of a bucket to list."""

    prefix: str = ""
    delimiter: str = ""
    """Keys that share the text up to it, after the prefix, become one common prefix."""
    limit: int = 100
    """Objects and common prefixes together, 1 to 1000."""


class ObjectSummary(Struct, frozen=True, kw_only=True):
    """An object as a list shows it."""

    key: str
    size: int
    etag: str
    last_modified: datetime
    storage_class: str = STANDARD_CLASS
    store_etag: str = ""
    """`etag` as the store writes it."""


class ListPage(Struct, frozen=True, kw_only=True):
    """A page of a list, in the order of the keys' UTF-8."""

    objects: Sequence[ObjectSummary]
    prefixes: Sequence[str]
    next_marker: str | None
    """Where the next page begins, a token or a key like the request's; None on the last page."""


class ObjectVersion(Struct, frozen=True, kw_only=True):
    """A version of an object as a list shows it, or the marker of its deletion."""

    key: str
    version_id: str
    latest: bool
    last_modified: datetime
    summary: ObjectSummary | None
    """None for the marker of a deletion."""


class VersionPage(Struct, frozen=True, kw_only=True):
    """A page of versions."""

    versions: Sequence[ObjectVersion]
    prefixes: Sequence[str]
    next_marker: tuple[str, str] | None
    """Key and version id of the last entry; None on the last page."""


class ObjectLister(Protocol):
    """Listing objects; a missing bucket raises `NoSuchBucket`."""

    def versioning(self, bucket: str) -> str | None:
        """Return `Enabled` or `Suspended`; None for a bucket that never had versions."""

    def list_versions(
        self, bucket: str, listing: ListQuery, *, after: tuple[str, str] = ("", "")
    ) -> VersionPage:
        """List all versions after a key and a version id."""

    def list(
        self, bucket: str, listing: ListQuery, *, token: str | None = None, after: str = ""
    ) -> ListPage:
        """List on from the token of a page, or after a text that need not be a key."""
