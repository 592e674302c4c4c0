"""JSON documents ⇄ values, each member declared once for both directions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class InvalidDocument(Exception):
    """A document is not of its form; the text names the place and what it should hold."""

    def __init__(self, place: str, reason: str) -> None:
        """Join the two to a sentence."""
        super().__init__(f"{place} {reason}")


class Kind[T](Protocol):
    """What a member may hold."""

    def read(self, document: Any, place: str) -> T:
        """Read parsed JSON or raise `InvalidDocument` for that place."""

    def write(self, value: T) -> Any:
        """Write what `read` reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """True or false."""

    def read(self, document: Any, place: str) -> bool:
        """Take a boolean."""
        if not isinstance(document, bool):
            raise InvalidDocument(place, "must be true or false")
        return document

    def write(self, value: bool) -> bool:
        """Give it as it is."""
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number from 0 to `most`."""

    most: int

    def read(self, document: Any, place: str) -> int:
        """Take an integer; JSON's true is none."""
        whole = isinstance(document, int) and not isinstance(document, bool)
        if not whole or not 0 <= document <= self.most:
            raise InvalidDocument(place, f"must be a whole number from 0 to {self.most}")
        return int(document)

    def write(self, value: int) -> int:
        """Give it as it is."""
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date and time of ISO 8601 with its zone."""

    def read(self, document: Any, place: str) -> datetime:
        """Take a text that says when."""
        try:
            moment = datetime.fromisoformat(document)
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            raise InvalidDocument(place, "must be a date and time of ISO 8601 with its zone")
        return moment

    def write(self, value: datetime) -> str:
        """Give it as text."""
        return value.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text[T: str]:
    """Text that `accepts` takes, as a `make`."""

    accepts: Callable[[str], object]
    expected: str
    make: Callable[[str], T]

    def read(self, document: Any, place: str) -> T:
        """Take a text."""
        if not isinstance(document, str) or not _utf8(document) or not self.accepts(document):
            raise InvalidDocument(place, f"must be {self.expected}")
        return self.make(document)

    def write(self, value: T) -> str:
        """Give it as plain text."""
        return str(value)


def _utf8(text: str) -> bool:
    """Tell whether it can be stored: JSON can escape half of a pair of surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def one_of[T: str](words: Sequence[T]) -> Text[T]:
    """Declare a choice."""
    by_text = {str(word): word for word in words}
    expected = f"one of {', '.join(by_text)}"
    return Text(accepts=by_text.__contains__, expected=expected, make=by_text.__getitem__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf[T]:
    """From `least` to `most` different values."""

    kind: Kind[T]
    least: int = 0
    most: int

    def read(self, document: Any, place: str) -> tuple[T, ...]:
        """Take a list."""
        if not isinstance(document, list) or not self.least <= len(document) <= self.most:
            raise InvalidDocument(place, f"must be a list of {self.least} to {self.most}")
        values = tuple(
            self.kind.read(entry, f"{place}[{number}]") for number, entry in enumerate(document)
        )
        if len(set(values)) < len(values):
            raise InvalidDocument(place, "must not hold anything twice")
        return values

    def write(self, value: Sequence[T]) -> list[Any]:
        """Give a list."""
        return [self.kind.write(entry) for entry in value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of an object: its field in Python and its kind."""

    field: str
    kind: Kind[Any]
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectOf[T]:
    """An object of known members; `make` may raise `ValueError` with the end of a sentence."""

    make: Callable[..., T]
    members: Mapping[str, Member]

    def read(self, document: Any, place: str) -> T:
        """Take an object; members that are not known are refused, not ignored."""
        if not isinstance(document, dict):
            raise InvalidDocument(place, "must be an object")
        for name in document.keys() - self.members.keys():
            raise InvalidDocument(f"{place}.{name}", "is not known")
        for name, member in self.members.items():
            if member.required and name not in document:
                raise InvalidDocument(f"{place}.{name}", "is required")
        values = {
            self.members[name].field: self.members[name].kind.read(entry, f"{place}.{name}")
            for name, entry in document.items()
        }
        try:
            return self.make(**values)
        except ValueError as error:
            raise InvalidDocument(place, str(error)) from error

    def write(self, value: T) -> dict[str, Any]:
        """Give an object of all members that have a value."""
        return {
            name: member.kind.write(getattr(value, member.field))
            for name, member in self.members.items()
            if getattr(value, member.field) is not None
        }
