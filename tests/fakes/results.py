"""Results in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from darkroom.errors import Code, OssError
from darkroom.ports import KeptResult


@dataclass(kw_only=True)
class MemoryResults:
    """Results by name; `asked` lists every look and every keeping, also those that failed."""

    kept: dict[str, KeptResult] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: frozenset[str] = frozenset()
    """What fails of `find` and `keep`."""

    def find(self, name: str, *, most: int) -> KeptResult | None:
        """Give a result, its bytes up to so many."""
        self._ask("find", name)
        found = self.kept.get(name)
        return replace(found, body=None) if found and found.size > most else found

    def keep(self, name: str, body: bytes, content_type: str) -> None:
        """Store a result."""
        self._ask("keep", name)
        self.kept[name] = KeptResult(
            name=name, content_type=content_type, size=len(body), body=body
        )

    def link(self, name: str, *, headers: Mapping[str, str]) -> str:
        """Give an address that says what it is for."""
        return f"memory:/{name}?{'&'.join(headers)}"

    def _ask(self, what: str, name: str) -> None:
        self.asked.append(f"{what} {name}")
        if what in self.broken:
            raise OssError(Code.SERVICE_UNAVAILABLE)
