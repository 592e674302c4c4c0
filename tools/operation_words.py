"""The table of English and Chinese words of operations, in operation_words.toml.

`tools/operations_json.py` and the manuals' generator read it; each of them fails for an operation,
parameter or value that has no entry.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_suffix(".toml")

POSITIONAL = "value"
"""The table's name of a parameter without a key."""

_SHARED = ("gravity", "fonts")
_OWN = frozenset({"en", "zh", "doc", "sections"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A label in both languages, and the Chinese sentence where there is one."""

    en: str
    zh: str
    doc: str = ""

    def label(self) -> dict[str, str]:
        """Return the label by language."""
        return {"en": self.en, "zh": self.zh}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterWords(Words):
    """The words of a parameter, and the labels of its values."""

    values: Mapping[str, Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading over some parameters of an operation."""

    heading: Words
    keys: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationWords(Words):
    """The words of an operation and of its parameters by key."""

    parameters: Mapping[str, ParameterWords]
    sections: Sequence[Section] = ()


def read_words() -> Mapping[str, OperationWords]:
    """Return the words by operation name; raises `KeyError` or `TypeError` for a wrong table."""
    table = tomllib.loads(TABLE.read_text())
    shared = {name: table.pop(name) for name in _SHARED}
    return {name: _operation(entry, shared) for name, entry in table.items()}


def _operation(entry: dict[str, Any], shared: Mapping[str, Any]) -> OperationWords:
    return OperationWords(
        **_words(entry),
        parameters={
            "" if key == POSITIONAL else key: _parameter(value, shared)
            for key, value in entry.items()
            if key not in _OWN
        },
        sections=[
            Section(heading=Words(**_words(section)), keys=section["keys"])
            for section in entry.get("sections", ())
        ],
    )


def _parameter(entry: dict[str, Any], shared: Mapping[str, Any]) -> ParameterWords:
    values = entry.get("words", {})
    values = shared[values] if isinstance(values, str) else values
    labels = {value: Words(**words) for value, words in values.items()}
    return ParameterWords(**_words(entry), values=labels)


def _words(entry: Mapping[str, str]) -> dict[str, str]:
    return {name: entry[name] for name in ("en", "zh", "doc") if name in entry}
