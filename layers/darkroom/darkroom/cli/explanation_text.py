"""An explanation as text for a terminal, and as JSON."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from darkroom.cli.explain import (
    ExplainedAction,
    ExplainedParameter,
    ExplainedResult,
    Explanation,
    Failure,
)
from darkroom.geometry import Size

type Line = tuple[str, str]
"""A prefix, and text that is wrapped next to it."""

_LABEL_WIDTH = 11
_INDENT = "   "
_NOTHING = "–"


def as_json(explanation: Explanation) -> str:
    """Return the explanation as a JSON object, in ASCII."""
    members = asdict(explanation)
    source = explanation.source
    members["source"] = source and {
        "size": source.size,
        "format": source.format,
        "frames": source.frames,
    }
    return json.dumps(members, indent=2)


def as_text(explanation: Explanation, width: int) -> str:
    """Return the explanation in lines of at most `width` columns, as far as words allow that."""
    lines = list(_overview(explanation))
    for number, action in enumerate(explanation.actions, 1):
        lines += [("", ""), *_action(number, action, explanation)]
    if explanation.results:
        lines.append(("", ""))
        lines += _labelled("result", [_result(result) for result in explanation.results])
    return "\n".join(_wrapped(prefix, text, width) for prefix, text in lines)


def _overview(explanation: Explanation) -> Iterator[Line]:
    if explanation.canonical is not None:
        yield from _labelled("canonical", [explanation.canonical])
        if explanation.canonical.startswith("style/"):
            yield from _labelled("", ["Explain the style's content to see its actions."])
    yield from _labelled("ignored", explanation.ignored)
    yield from _labelled("stored as", [explanation.target] if explanation.target else [])
    if explanation.source is not None:
        source = explanation.source
        frames = f", {source.frames} frames" if source.frames > 1 else ""
        yield from _labelled("source", [f"{_size(source.size)}, {source.format}{frames}"])
    yield from _labelled("fails", [_failure(each) for each in explanation.failures])
    if explanation.failures and explanation.errors_ignored:
        yield from _labelled("answer", ["the stored object, because of ignore-error,1"])


def _labelled(label: str, texts: Sequence[str]) -> Iterator[Line]:
    for number, text in enumerate(texts):
        yield f"{'' if number else label:{_LABEL_WIDTH}}", text


def _action(number: int, action: ExplainedAction, explanation: Explanation) -> Iterator[Line]:
    yield f"{number}. ", action.written
    if action.meaning:
        yield _INDENT, action.meaning
    yield from map(_parameter, action.parameters)
    yield from ((_INDENT, f"ignored: {text}") for text in action.ignored)
    if action.size is not None:
        yield _INDENT, f"size: {_size(action.size)}"
    for failure in explanation.failures:
        if failure.action == number:
            yield _INDENT, f"fails: {failure.message}"


def _parameter(parameter: ExplainedParameter) -> Line:
    separator = " " if parameter.value is None else "_"
    key = parameter.key + separator if parameter.key else ""
    decoded = f" = {parameter.decoded!r}" if parameter.decoded is not None else ""
    default = "required" if parameter.required else f"default {parameter.default or 'none'}"
    text = (
        f"{key}{parameter.value or _NOTHING}{decoded}: {parameter.range} ({default}). "
        f"{parameter.meaning}"
    )
    return " * " if parameter.written else _INDENT, text


def _failure(failure: Failure) -> str:
    place = "" if failure.action is None else f"action {failure.action}: "
    number = f", EC {failure.ec}" if failure.ec else ""
    return f"{place}{failure.status} {failure.code}{number}: {failure.message}"


def _result(result: ExplainedResult) -> str:
    parts = [_size(result.size), result.format]
    if result.frames > 1:
        parts.append(f"{result.frames} frames")
    if result.quality is not None:
        parts.append(f"quality {result.quality}")
    clients = {None: "", "none": " for other clients"}
    suffix = clients.get(result.accepts, f" for clients that accept {result.accepts}")
    return ", ".join(parts) + suffix


def _size(size: Size) -> str:
    return f"{size[0]}×{size[1]}"


def _wrapped(prefix: str, text: str, width: int) -> str:
    """Return the lines of a text; control characters are escaped: they may move the cursor."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return "\n".join(
        textwrap.wrap(
            shown,
            max(width, _LABEL_WIDTH + 20),
            initial_indent=prefix,
            subsequent_indent=" " * (len(prefix) + 2),
            break_long_words=False,
            break_on_hyphens=False,
        )
        or [prefix.rstrip()]
    )
