"""What a request turns out to be, gathered while it is answered: for its line in the log."""

from collections.abc import Sequence
from dataclasses import dataclass, field

type Fact = str | int | Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Facts of one request or message: names and numbers, never what a caller wrote."""

    facts: dict[str, Fact] = field(default_factory=dict)
    targets: list[dict[str, Fact]] = field(default_factory=list)
    """Of the jobs in a message, one for each thing that was to be made."""

    def note(self, **facts: Fact) -> None:
        """Add to what is known; a later fact of the same name takes its place."""
        self.facts.update(facts)

    @property
    def single(self) -> dict[str, str | int]:
        """Facts of one value each, which a trace can be found by: X-Ray knows no lists."""
        return {name: fact for name, fact in self.facts.items() if isinstance(fact, str | int)}

    def note_target(self, **facts: Fact) -> None:
        """Add a thing that was to be made."""
        self.targets.append(facts)
