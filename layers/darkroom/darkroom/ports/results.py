"""Storage of processed results."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct


class CachedResult(Struct, frozen=True, kw_only=True):
    """A stored result; `body` is None where it is larger than `max_bytes` of the request."""

    key: str
    content_type: str
    size: int
    body: bytes | None = None


class ResultStorage(Protocol):
    """Stored results by keys that depend on all inputs, so that storing one again is harmless.

    Every failure raises `ServiceUnavailable`.
    """

    def get(self, key: str, *, max_bytes: int) -> CachedResult | None:
        """Return a result exactly as it was stored, or None; its body if at most `max_bytes`."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store a result."""

    def presign(self, key: str, *, headers: Mapping[str, str]) -> str:
        """Return a presigned GET URL of a result, with these reply headers."""
