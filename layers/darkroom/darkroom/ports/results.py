"""Storage of processed results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedResult:
    """A result in a store; without its bytes where they are more than was asked for."""

    key: str
    content_type: str
    size: int
    body: bytes | None = None


class ResultStorage(Protocol):
    """Where results live, under names that say what they are made of: twice is no harm.

    Every failure is `ServiceUnavailable`: the store is no business of the caller's.
    """

    def get(self, key: str, *, max_bytes: int) -> CachedResult | None:
        """Give a result exactly as it was kept, or nothing; its bytes up to so many."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store a result."""

    def presign(self, key: str, *, headers: Mapping[str, str]) -> str:
        """Presign a GET of a result, to be replied with these headers."""
