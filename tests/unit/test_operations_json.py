"""playground/operations.json: declarations and words of every operation, for programs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from darkroom.imaging.operations import OPERATIONS
from darkroom.process.parameters import declared_parameters
from tests.declarations import DECLARED, samples
from tools import operation_words, operations_json

FILE = json.loads(operations_json.FILE.read_text())

_HAN = range(0x4E00, 0x9FFF)


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every described parameter with its action, those of marks included."""
    for operation in FILE["operations"]:
        for parameter in operation["parameters"]:
            yield operation["name"], parameter
            for nested in parameter.get("operations", ()):
                yield from ((nested["name"], each) for each in nested["parameters"])


def test_it_has_every_operation_and_parameter() -> None:
    """Names, keys and defaults are those of the declarations, in their order."""
    assert [operation["name"] for operation in FILE["operations"]] == list(OPERATIONS)
    for operation in FILE["operations"]:
        declared = declared_parameters(OPERATIONS[operation["name"]]).values()
        assert [(each["key"], each["required"]) for each in operation["parameters"]] == [
            (each.key, each.required) for each in declared
        ]
        for each, parameter in zip(declared, operation["parameters"], strict=True):
            default = None if each.required or each.default is None else each.default
            assert parameter["default"] == (None if default is None else each.kind.text(default))


def test_every_description_states_the_accepted_range() -> None:
    """The ends of a described range are the outermost values that are accepted."""
    for operation in DECLARED.values():
        for declared in declared_parameters(operation).values():
            facts: dict[str, Any] = dict(declared.kind.describe())
            accepted = samples(declared).accepted
            match facts["type"]:
                case "integer":
                    assert accepted == (str(facts["min"]), str(facts["max"]))
                    low, high = facts.get("soft", (facts["min"], facts["max"]))
                    assert facts["min"] <= low < high <= facts["max"]
                case "choice":
                    assert accepted == (*facts["words"], *facts["aliases"])
                case "pixels-or-percent":
                    assert f"{facts['max_percent']}p" in accepted
                    assert str(facts["max_pixels"]) in accepted
                case "base64-text":
                    assert len(declared.kind.parse(accepted[-1])) <= facts["max_bytes"]
                case kind:
                    assert kind in {"flag", "colour", "font", "watermark-object"}, operation.name


def test_every_label_and_sentence_is_in_both_languages() -> None:
    """A Chinese sentence has Chinese characters and ends like one."""
    texts = [(operation["name"], operation) for operation in FILE["operations"]]
    for name, entry in [*texts, *described()]:
        assert entry["label"]["en"].isascii(), name
        assert entry["doc"]["zh"].endswith("。"), (name, entry)
        assert any(ord(character) in _HAN for character in entry["doc"]["zh"]), name
        for value in entry.get("words", ()):
            assert value["label"].keys() == {"en", "zh"}


def test_a_missing_word_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The generator refuses operations, parameters and values without words."""
    words = dict(operation_words.read_words())
    monkeypatch.setattr(operations_json, "read_words", lambda: words)
    resize = words["resize"]
    for name, broken in {
        "words of: \\['resize'\\]": None,
        "resize.w has no words": {"w": None},
        "resize.m has values without words": {
            "m": operation_words.ParameterWords(en="M", zh="模", doc="模。", values={})
        },
    }.items():
        if broken is None:
            del words["resize"]
        else:
            kept = {**resize.parameters, **broken}
            parameters = {key: value for key, value in kept.items() if value}
            words["resize"] = operation_words.OperationWords(
                en=resize.en, zh=resize.zh, doc=resize.doc, parameters=parameters
            )
        with pytest.raises(ValueError, match=name):
            operations_json.text()
