"""Which pages of other origins may use a bucket from a browser (spec 01 §6.4)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CorsRule:
    """Origins and request headers may hold one `*` for any text."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    """Reply headers that scripts may read."""
    max_age: int = 0
    """Seconds for which a browser may remember the answer; 0 leaves that to it."""

    def allows(self, origin: str, method: str, headers: Sequence[str] = ()) -> bool:
        """Tell whether a page of the origin may send such a request."""
        return (
            any(_matches(pattern, origin) for pattern in self.origins)
            and method in self.methods
            and all(
                any(_matches(pattern.lower(), header.lower()) for pattern in self.headers)
                for header in headers
            )
        )

    @property
    def any_origin(self) -> bool:
        """Whether the answer is the same for every origin."""
        return "*" in self.origins


def _matches(pattern: str, text: str) -> bool:
    start, star, end = pattern.partition("*")
    if not star:
        return text == pattern
    return len(text) >= len(start + end) and text.startswith(start) and text.endswith(end)
