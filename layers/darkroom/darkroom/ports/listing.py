"""Lists of objects, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from darkroom.ports import STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Which keys of a bucket are to be listed."""

    prefix: str = ""
    delimiter: str = ""
    """Keys that share what stands up to it, behind the prefix, become one entry."""
    limit: int = 100
    """Of keys and shared beginnings together, 1 to 1000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An object as a list shows it."""

    key: str
    size: int
    etag: str
    last_modified: datetime
    storage_class: str = STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list, in the order of the keys' UTF-8."""

    objects: Sequence[Listed]
    prefixes: Sequence[str]
    onward: str | None
    """Where the next page begins, in the terms that this one was asked for; none is the end."""


class ObjectLister(Protocol):
    """Listing objects; a missing bucket raises `NoSuchBucket`."""

    def list(
        self, bucket: str, listing: Listing, *, token: str | None = None, after: str = ""
    ) -> Page:
        """List on from the token of a page, or what comes after a text, which may be no key."""
