"""The declarations and the words of operations as JSON: playground/operations.json.

The page of playground/ makes its forms of it. Programs that write processes can use it as well: it
is all that `docs/operations.md` has, for reading by machine.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "layers/darkroom"), str(ROOT)]

from darkroom.imaging.operation import (  # noqa: E402
    Operation,
    OutputOption,
    PixelOperation,
    Report,
)
from darkroom.imaging.operations import OPERATIONS  # noqa: E402
from darkroom.process.parameters import describe_parameters  # noqa: E402
from tools.operation_words import OperationWords, ParameterWords, read_words  # noqa: E402

FILE = ROOT / "playground/operations.json"

GROUPS: Mapping[str, type[Operation]] = {
    "pixels": PixelOperation,
    "output": OutputOption,
    "report": Report,
}
"""The groups of operations, by base class; the first one counts."""


def text() -> str:
    """Return the file's text; raises `ValueError` for words that are missing or superfluous."""
    return json.dumps({"operations": described()}, ensure_ascii=False, indent=1) + "\n"


def described() -> list[dict[str, Any]]:
    """Return the operations as the file has them."""
    words = read_words()
    if words.keys() != OPERATIONS.keys():
        raise ValueError(f"words of: {sorted(words.keys() ^ OPERATIONS.keys())}")
    return [_operation(name, words) for name in OPERATIONS]


def _operation(name: str, words: Mapping[str, OperationWords]) -> dict[str, Any]:
    operation, own = OPERATIONS[name], words[name]
    parameters = [_parameter(name, declared, words) for declared in describe_parameters(operation)]
    keys = {parameter["key"] for parameter in parameters}
    if superfluous := own.parameters.keys() - keys - ({"P"} if name == "resize" else set()):
        raise ValueError(f"{name} has no {', '.join(superfluous)}")
    if own.sections and sorted(keys) != sorted(k for each in own.sections for k in each.keys):
        raise ValueError(f"the sections of {name} must have each parameter once")
    described = {
        "name": name,
        "aliases": operation.aliases,
        "group": next(group for group, base in GROUPS.items() if issubclass(operation, base)),
        "label": own.label(),
        "doc": {"en": (operation.__doc__ or "").splitlines()[0], "zh": _sentence(own, name)},
        "parameters": parameters,
        "sections": [{"label": each.heading.label(), "keys": each.keys} for each in own.sections],
    }
    return {key: value for key, value in described.items() if value or key == "parameters"}


def _parameter(
    operation: str, declared: Mapping[str, Any], words: Mapping[str, OperationWords]
) -> dict[str, Any]:
    name = f"{operation}.{declared['key']}"
    try:
        own = words[operation].parameters[declared["key"]]
    except KeyError as error:
        raise ValueError(f"{name} has no words") from error
    described = {
        key: value for key, value in declared.items() if value not in ("", [], {}) or key == "key"
    }
    if "operations" in described:
        described["operations"] = [
            {
                **each,
                "parameters": [_parameter(each["name"], one, words) for one in each["parameters"]],
            }
            for each in described["operations"]
        ]
    if values := _values(name, described, own):
        described["words"] = values
    return {
        **described,
        "label": own.label(),
        "doc": {"en": declared["doc"], "zh": _sentence(own, name)},
    }


def _values(name: str, described: Mapping[str, Any], words: ParameterWords) -> list[Any]:
    """Return the values with their labels, for a choice and for a few numbers that have labels."""
    values = described.get("words", ())
    if described["type"] == "integer" and words.values:
        values = [str(number) for number in range(described["min"], described["max"] + 1)]
    if not set(values) <= words.values.keys():
        raise ValueError(f"{name} has values without words")
    return [{"value": value, "label": words.values[value].label()} for value in values]


def _sentence(words: OperationWords | ParameterWords, name: str) -> str:
    if not words.doc:
        raise ValueError(f"{name} has no Chinese sentence")
    return words.doc
