"""Uploads in parts: one object out of many requests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from darkroom.ports.objects import STANDARD_CLASS, ListQuery, ObjectAttributes, PutResult


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRef:
    """An upload in parts, whose object is not there before it is complete."""

    bucket: str
    key: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedPart:
    """A part as it was received."""

    number: int
    """1 to 10000, in the order of the object's bytes."""
    size: int
    etag: str
    last_modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipartUpload:
    """An upload as a list shows it."""

    key: str
    id: str
    initiated: datetime
    storage_class: str = STANDARD_CLASS


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage:
    """A part of a list of uploads, in the order of their keys."""

    uploads: Sequence[MultipartUpload]
    prefixes: Sequence[str]
    next_marker: tuple[str, str] | None
    """Key and id of the last one shown; none is the end."""


class PartStore(Protocol):
    """The parts of uploads that are open; `NoSuchUpload` when it is not."""

    def put(self, upload: UploadRef, number: int, body: bytes) -> PutResult:
        """Keep a part, in place of one of that number."""

    def list(self, upload: UploadRef) -> Sequence[UploadedPart]:
        """Give all parts by number."""


class MultipartStore(Protocol):
    """Uploads in parts; one that is not there raises `NoSuchUpload`."""

    @property
    def parts(self) -> PartStore:
        """What they are made of."""

    def initiate(self, bucket: str, key: str, attributes: ObjectAttributes) -> str:
        """Open an upload and give its id."""

    def complete(
        self,
        upload: UploadRef,
        parts: Sequence[UploadedPart],
        *,
        overwrite: bool = True,
        remaining: Callable[[], float] = lambda: float("inf"),
    ) -> PutResult:
        """Make the object of parts that are there; `remaining` are the seconds to do it in."""

    def abort(self, upload: UploadRef) -> None:
        """Forget an upload and its parts."""

    def list(
        self, bucket: str, listing: ListQuery, *, after: tuple[str, str] = ("", "")
    ) -> UploadPage:
        """List the uploads that are open, behind a key and an id."""
