"""Multipart uploads: one object from many requests."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from darkroom.ports.bodies import Body
from darkroom.ports.objects import STANDARD_CLASS, ListQuery, ObjectAttributes, PutResult


class UploadRef(Struct, frozen=True, kw_only=True):
    """Identifies a multipart upload; its object does not exist before it is complete."""

    bucket: str
    key: str
    id: str


class UploadedPart(Struct, frozen=True, kw_only=True):
    """A stored part."""

    number: int
    """1 to 10000, in the order of the object's bytes."""
    size: int
    etag: str
    last_modified: datetime


class MultipartUpload(Struct, frozen=True, kw_only=True):
    """An open upload as a list shows it."""

    key: str
    id: str
    initiated: datetime
    storage_class: str = STANDARD_CLASS


class UploadPage(Struct, frozen=True, kw_only=True):
    """A page of open uploads, in the order of their keys."""

    uploads: Sequence[MultipartUpload]
    prefixes: Sequence[str]
    next_marker: tuple[str, str] | None
    """Key and id of the last upload of the page; None on the last page."""


class PartStore(Protocol):
    """The parts of open uploads; raises `NoSuchUpload` for any other."""

    def put(self, upload: UploadRef, number: int, body: Body) -> PutResult:
        """Store a part, replacing one of that number."""

    def list(self, upload: UploadRef) -> Sequence[UploadedPart]:
        """Return all parts, by number."""


class MultipartStore(Protocol):
    """Multipart uploads; raises `NoSuchUpload` for one that does not exist."""

    @property
    def parts(self) -> PartStore:
        """The store of their parts."""

    def initiate(
        self, bucket: str, key: str, attributes: ObjectAttributes, *, overwrite: bool = True
    ) -> str:
        """Open an upload and return its id.

        Without `overwrite`, completing it raises `FileAlreadyExists` for an existing object.
        """

    def complete(
        self,
        upload: UploadRef,
        parts: Sequence[UploadedPart],
        *,
        overwrite: bool = True,
        remaining: Callable[[], float] = lambda: float("inf"),
    ) -> PutResult:
        """Create the object from stored parts; `remaining` returns the seconds that are left.

        An existing object is replaced only if both `overwrite` and the initiation allow it.
        """

    def abort(self, upload: UploadRef) -> None:
        """Discard an upload and its parts."""

    def list(
        self, bucket: str, listing: ListQuery, *, after: tuple[str, str] = ("", "")
    ) -> UploadPage:
        """List the open uploads after a key and an upload id."""
