"""Preconditions: conditional headers, compared with ETag and date (spec 01 §6.3, C-34)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from msgspec import Struct

from darkroom.errors import Code, OssError
from darkroom.http_dates import parse_http_date
from darkroom.ports.objects import ObjectInfo


class Preconditions(Struct, frozen=True, kw_only=True):
    """The conditions of a request on its object."""

    match: frozenset[str] = frozenset()
    """Bare ETags in upper case, `*` for any; empty without the header."""
    none_match: frozenset[str] = frozenset()
    modified_since: datetime | None = None
    unmodified_since: datetime | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Self:
        """Read the four headers by lower-case name; a malformed date is ignored."""
        return cls(
            match=_entity_tags(headers.get("if-match", "")),
            none_match=_entity_tags(headers.get("if-none-match", "")),
            modified_since=parse_http_date(headers.get("if-modified-since", "")),
            unmodified_since=parse_http_date(headers.get("if-unmodified-since", "")),
        )

    def evaluate(self, info: ObjectInfo) -> bool:
        """Return whether the caller's copy is current, which means a 304.

        Raises `PreconditionFailed` for another version than the caller requires.
        """
        modified = info.last_modified.replace(microsecond=0)
        if self.match and not self.match & {info.etag, "*"}:
            raise OssError(Code.PRECONDITION_FAILED, details={"Condition": "If-Match"})
        if self.unmodified_since and modified > self.unmodified_since:
            raise OssError(Code.PRECONDITION_FAILED, details={"Condition": "If-Unmodified-Since"})
        if self.none_match:
            return bool(self.none_match & {info.etag, "*"})
        return self.modified_since is not None and modified <= self.modified_since


def _entity_tags(header: str) -> frozenset[str]:
    """Read ETags bare and in upper case, weak or not: stores differ in both (C-38)."""
    tags = (tag.strip().removeprefix("W/").strip('"').upper() for tag in header.split(","))
    return frozenset(tag for tag in tags if tag)
