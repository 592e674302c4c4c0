"""Results in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from darkroom.errors import Code, OssError
from darkroom.ports.results import CachedResult


@dataclass(kw_only=True)
class MemoryResultStorage:
    """Results by key; `asked` records every `find` and `keep`, also failed ones."""

    stored: dict[str, CachedResult] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: frozenset[str] = frozenset()
    """Which of `find` and `keep` fail."""

    def get(self, key: str, *, max_bytes: int) -> CachedResult | None:
        """Return a result, without its body if it exceeds `max_bytes`."""
        self._ask("find", key)
        found = self.stored.get(key)
        return replace(found, body=None) if found and found.size > max_bytes else found

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store a result."""
        self._ask("keep", key)
        self.stored[key] = CachedResult(
            key=key, content_type=content_type, size=len(body), body=body
        )

    def presign(self, key: str, *, headers: Mapping[str, str]) -> str:
        """Return a URL that names the key and the headers."""
        return f"memory:/{key}?{'&'.join(headers)}"

    def _ask(self, operation: str, name: str) -> None:
        self.asked.append(f"{operation} {name}")
        if operation in self.broken:
            raise OssError(Code.SERVICE_UNAVAILABLE)
