"""Uploads in parts: one object out of many requests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from darkroom.ports import STANDARD, Attributes, Written
from darkroom.ports.listing import Listing


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
class BegunUpload:
    """An upload as a list shows it."""

    key: str
    id: str
    begun: datetime
    storage_class: str = STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage:
    """A part of a list of uploads, in the order of their keys."""

    uploads: Sequence[BegunUpload]
    prefixes: Sequence[str]
    onward: tuple[str, str] | None
    """Key and id of the last one shown; none is the end."""


class Parts(Protocol):
    """The parts of uploads that are open; `NoSuchUpload` when it is not."""

    def put(self, upload: UploadRef, number: int, body: bytes) -> Written:
        """Keep a part, in place of one of that number."""

    def list(self, upload: UploadRef) -> Sequence[UploadedPart]:
        """Give all parts by number."""


class Uploads(Protocol):
    """Uploads in parts; one that is not there raises `NoSuchUpload`."""

    @property
    def parts(self) -> Parts:
        """What they are made of."""

    def begin(self, bucket: str, key: str, attributes: Attributes) -> str:
        """Open an upload and give its id."""

    def complete(
        self,
        upload: UploadRef,
        parts: Sequence[UploadedPart],
        *,
        overwrite: bool = True,
        remaining: Callable[[], float] = lambda: float("inf"),
    ) -> Written:
        """Make the object of parts that are there; `remaining` are the seconds to do it in."""

    def abort(self, upload: UploadRef) -> None:
        """Forget an upload and its parts."""

    def list(
        self, bucket: str, listing: Listing, *, after: tuple[str, str] = ("", "")
    ) -> UploadPage:
        """List the uploads that are open, behind a key and an id."""
