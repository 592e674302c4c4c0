"""The layout of the page of operations, the same in every language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from darkroom.imaging.operation import Operation, OutputOption, PixelOperation, Report
from darkroom.imaging.operations import OPERATIONS
from darkroom.imaging.operations.watermark import Watermark
from darkroom.limits import Limits
from darkroom.process.parameters import POSITIONAL, Parameter, declared_parameters

KINDS: Mapping[type[Operation], str] = {
    PixelOperation: "pixels",
    OutputOption: "output",
    Report: "report",
}
"""The kinds of operation by base class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The words of a page; the texts with braces are templates."""

    introduction: str
    """With `{limit}`, the work of a process in millions."""
    section: str
    """With `{name}`, `{title}`, `{sentence}` and `{kind}`."""
    kinds: Mapping[str, str]
    weight: str
    """With `{opaque}` and `{alpha}`."""
    columns: Sequence[str]
    positional: str
    required: str
    further_ignored: str
    separator: str
    text: str
    """The section about the texts of watermarks, with `{drawn}` and `{boxes}`."""
    title: Callable[[str], str]
    """Title of an operation by its name."""
    sentence: Callable[[str, Parameter | None], str]
    """Sentence about an operation by its name, or about a parameter of it."""
    values: Callable[[str], str]
    """Allowed values, from those in English."""
    scripts: Callable[[Sequence[str]], str]
    """List of scripts, from their names in English."""


def page(words: Language, coverage: tuple[Sequence[str], Sequence[str]]) -> str:
    """Return the whole page as Markdown; `coverage` are the scripts that fonts have, and lack."""
    lines = [words.introduction.format(limit=Limits().work)]
    for name, operation in OPERATIONS.items():
        lines += _section(name, words)
        if operation is Watermark:
            drawn, boxes = map(words.scripts, coverage)
            lines.append(words.text.format(drawn=drawn, boxes=boxes))
    return "\n".join(lines)


def _section(name: str, words: Language) -> Iterator[str]:
    operation = OPERATIONS[name]
    kind = next(kind for base, kind in KINDS.items() if issubclass(operation, base))
    yield words.section.format(
        name=name,
        title=words.title(name),
        sentence=words.sentence(name, None),
        kind=words.kinds[kind],
    )
    if issubclass(operation, PixelOperation):
        weight = operation.weight
        yield words.weight.format(opaque=weight.opaque, alpha=weight.alpha)
    parameters = declared_parameters(operation).values()
    if parameters:
        yield _line(words.columns)
        yield "|---" * len(words.columns) + "|"
        yield from (_line(_row(name, declared, words)) for declared in parameters)
        yield ""


def _row(name: str, declared: Parameter, words: Language) -> Sequence[str]:
    key = words.positional if declared.key == POSITIONAL else f"`{declared.key}`"
    given = (declared.ec, declared.missing_ec, declared.base64_ec)
    numbers = words.separator.join(number for number in given if number)
    further = words.further_ignored if declared.ignores_further else ""
    sentence = words.sentence(name, declared) + further
    allowed = words.values(declared.kind.expected())
    return key, allowed, _default(declared, words), sentence, numbers or "–"


def _default(declared: Parameter, words: Language) -> str:
    if declared.required:
        return words.required
    if declared.default is None:
        return "–"
    return f"`{declared.kind.text(declared.default)}`"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
