"""What a process value means: its actions, what is ignored, where it fails, and its result."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from darkroom.errors import Code, OssError, invalid
from darkroom.geometry import Size
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.formats.jpeg import JPEG
from darkroom.imaging.negotiation import AcceptedFormat
from darkroom.imaging.operation import Operation, OutputOption, PixelOperation
from darkroom.imaging.operations import (
    canonical_process,
    compile_operations,
    operation_class,
)
from darkroom.imaging.operations.format import is_negotiated
from darkroom.imaging.operations.ignore_error import ignores_errors
from darkroom.imaging.operations.indexcrop import IndexCrop
from darkroom.imaging.operations.quality import Quality
from darkroom.imaging.operations.resize import Resize
from darkroom.imaging.operations.watermark import Watermark
from darkroom.imaging.operations.watermark.image_mark import WatermarkObject
from darkroom.imaging.picture import Header
from darkroom.imaging.plan import plan_process
from darkroom.limits import Limits
from darkroom.process.grammar import Action, Process, parse
from darkroom.process.parameters import (
    POSITIONAL,
    Parameter,
    bind,
    canonical_text,
    declared_parameters,
    ignored_arguments,
)

_PARAMETER = "x-oss-process="


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error that the service answers, and the number of its action, from 1."""

    action: int | None
    """None for the value as a whole."""
    code: str
    status: int
    ec: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedParameter:
    """A parameter of an action."""

    key: str
    """Empty for the value that stands alone."""
    written: bool
    """Whether the value is in the process; otherwise it is the default."""
    value: str | None
    """As in canonical text; None where there is neither a value nor a default."""
    decoded: str | None
    """The text of a base64 value."""
    range: str
    default: str | None
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedAction:
    """An action; its parameters have values where it is valid."""

    written: str
    canonical: str | None = None
    meaning: str = ""
    parameters: Sequence[ExplainedParameter] = ()
    ignored: Sequence[str] = ()
    size: Size | None = None
    """Size of the picture after the action, where it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedResult:
    """The result for one kind of client."""

    accepts: str | None
    """The best format that the client accepts, None where the result does not depend on it."""
    size: Size
    format: str
    frames: int
    quality: int | None
    """None for a lossless format, and for a JPEG of a JPEG: it depends on the source's quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a process value means, and what it makes of a source."""

    value: str
    canonical: str | None = None
    ignored: Sequence[str] = ()
    actions: Sequence[ExplainedAction] = ()
    target: str | None = None
    """Bucket and key of a saveas."""
    failures: Sequence[Failure] = ()
    errors_ignored: bool = False
    """Whether the stored object is answered in place of an error."""
    source: Header | None = field(default=None, repr=False)
    results: Sequence[ExplainedResult] = ()


def process_value(text: str) -> str:
    """Return the process value of a URL, a query or a value, percent-decoded once.

    Raises `InvalidArgument` for text that is not UTF-8.
    """
    value = text
    if _PARAMETER in text:
        value = text.partition(_PARAMETER)[2].partition("&")[0].partition("#")[0]
    try:
        decoded = unquote(value, errors="strict")
        decoded.encode()
    except UnicodeError as error:
        raise invalid("x-oss-process", _printable(value), "Value must be UTF-8") from error
    return decoded


def _printable(text: str) -> str:
    return text.encode(errors="replace").decode()


def explain(value: str, source: Header | None = None, limits: Limits | None = None) -> Explanation:
    """Explain a process value, and its result for a source of that header."""
    explanation = Explanation(value=value, ignored=_empty_parts(value), source=source)
    try:
        process = parse(value)
    except OssError as error:
        return replace(explanation, failures=[_failure(None, error)])
    explanation = replace(
        explanation,
        target=_target(process),
        errors_ignored=process.save is None and ignores_errors(value),
    )
    if process.style is not None:
        return replace(explanation, canonical=process.text())
    actions, failures = _explained_actions(process.actions)
    explanation = replace(explanation, actions=actions, failures=failures)
    if failures:
        return explanation
    try:
        operations = compile_operations(process.actions)
    except OssError as error:
        return replace(explanation, failures=[_failure(None, error)])
    explanation = replace(explanation, canonical=canonical_process(operations))
    if source is None:
        return explanation
    return _with_results(explanation, operations, source, limits or Limits())


def _failure(action: int | None, error: OssError) -> Failure:
    return Failure(
        action=action,
        code=error.code.wire,
        status=error.status,
        ec=error.ec,
        message=_printable(error.message),
    )


def _target(process: Process) -> str | None:
    if process.save is None:
        return None
    return f"{process.save.bucket or '<the source’s bucket>'}/{process.save.object}"


def _empty_parts(value: str) -> list[str]:
    """Return a line for the empty segments, and one for the empty arguments, that a value has."""
    first, *segments = value.partition("|sys/")[0].replace("|image/", "/").split("/")
    if first != "image":
        return []
    arguments = [argument for segment in segments if segment for argument in segment.split(",")]
    counts = {"segment": segments.count(""), "argument": arguments.count("")}
    return [
        f"{count} empty {what}{'s' if count > 1 else ''}" for what, count in counts.items() if count
    ]


# --- Actions --------------------------------------------------------------------------------------


def _explained_actions(actions: Sequence[Action]) -> tuple[list[ExplainedAction], list[Failure]]:
    explained, failures = list[ExplainedAction](), list[Failure]()
    last = {_name(action): number for number, action in enumerate(actions)}
    for number, action in enumerate(actions):
        try:
            kind = operation_class(action.name)
        except OssError as error:
            failures.append(_failure(number + 1, error))
            explained.append(ExplainedAction(written=action.text()))
            continue
        operation: Operation | None = None
        try:
            operation = bind(kind, action.arguments)
        except OssError as error:
            failures.append(_failure(number + 1, error))
        ignored = ignored_arguments(kind, action.arguments)
        if operation is not None:
            ignored += [*_absent(operation, action), *_overruled(operation)]
            if _is_option(kind) and last[kind.name] != number:
                ignored = [f"the whole action: a later {kind.name} replaces it"]
        explained.append(
            ExplainedAction(
                written=action.text(),
                canonical=None if operation is None else canonical_text(operation),
                meaning=(kind.__doc__ or "").splitlines()[0],
                parameters=list(_parameters(kind, operation, action)),
                ignored=ignored,
            )
        )
    return explained, failures


def _name(action: Action) -> str:
    try:
        return operation_class(action.name).name
    except OssError:
        return action.name


def _is_option(kind: type[Operation]) -> bool:
    return issubclass(kind, OutputOption) and not issubclass(kind, PixelOperation)


def _parameters(
    kind: type[Operation], operation: Operation | None, action: Action
) -> Iterator[ExplainedParameter]:
    for name, declared in declared_parameters(kind).items():
        raw = _raw_value(declared, action.arguments)
        has_default = not declared.required and declared.default is not None
        default = declared.kind.text(declared.default) if has_default else None
        value = None if operation is None else getattr(operation, name)
        text = (raw or default) if value is None else declared.kind.text(value)
        yield ExplainedParameter(
            key=declared.key,
            written=raw is not None,
            value=text,
            decoded=_decoded(value, text),
            range=declared.kind.expected(),
            default=default,
            required=declared.required,
            meaning=declared.doc,
        )


def _raw_value(declared: Parameter, arguments: Iterable[str]) -> str | None:
    """Return the value as written, the last one of a repeated key; None where there is none."""
    if declared.key == POSITIONAL:
        return next((argument for argument in arguments if "_" not in argument), None)
    prefix = f"{declared.key}_"
    values = [argument for argument in arguments if argument.startswith(prefix)]
    return values[-1].removeprefix(prefix) if values else None


def _absent(operation: Operation, action: Action) -> Iterator[str]:
    """Yield the written values that count as absent."""
    for name, declared in declared_parameters(type(operation)).items():
        raw = _raw_value(declared, action.arguments)
        if declared.key and raw is not None and getattr(operation, name) is None:
            yield f"{declared.key}_{raw}: counts as absent"


def _decoded(value: Any, text: str | None) -> str | None:
    """Return the text of a value that is written in base64."""
    if isinstance(value, WatermarkObject):
        steps = "/".join(canonical_text(step) for step in value.steps)
        return value.key + (f"?{_PARAMETER}image/{steps}" if steps else "")
    return value if isinstance(value, str) and value != text else None


def _overruled(operation: Operation) -> list[str]:
    """Return valid values that have no effect next to others of the same action."""
    names: tuple[str, ...]
    match operation:
        case Resize(w=w, h=h) if w or h:
            names, reason = ("l", "s", "p"), "w and h take precedence"
        case Resize(l=l, s=s) if l or s:
            names, reason = ("p",), "l and s take precedence"
        case Quality(Q=int()):
            names, reason = ("q", "bare"), "Q takes precedence"
        case IndexCrop(y=int()):
            names, reason = ("x",), "y takes precedence"
        case Watermark(fill=True):
            names, reason = ("g", "x", "y", "voffset"), "fill_1 tiles the whole picture"
        case _:
            return []
    parameters = declared_parameters(type(operation))
    given = {name: getattr(operation, name) for name in names}
    return [
        f"{_argument(parameters[name], value)}: {reason}"
        for name, value in given.items()
        if value != parameters[name].default
    ]


def _argument(declared: Parameter, value: Any) -> str:
    text = declared.kind.text(value)
    return f"{declared.key}_{text}" if declared.key else text


# --- Result ---------------------------------------------------------------------------------------


def _with_results(
    explanation: Explanation, operations: Sequence[Operation], source: Header, limits: Limits
) -> Explanation:
    """Follow the size through the actions; stop at the first that fails for it."""
    actions, size, number = list(explanation.actions), source.size, 0
    try:
        FORMATS[source.format].check_source(source, limits)
        for number, operation in enumerate(operations, 1):
            if isinstance(operation, PixelOperation):
                size = operation.result_size(size, limits, animated=source.frames > 1)
                actions[number - 1] = replace(actions[number - 1], size=size)
        number = 0
        results = list(_results(operations, source, size, limits))
    except OssError as error:
        failed = [_failure(number or None, error)]
        return replace(explanation, actions=actions, failures=failed)
    return replace(explanation, actions=actions, results=results)


def _results(
    operations: Sequence[Operation], source: Header, size: Size, limits: Limits
) -> Iterator[ExplainedResult]:
    negotiated = is_negotiated(operations)
    for accepted in AcceptedFormat if negotiated else (AcceptedFormat.NONE,):
        plan = plan_process(source, operations, limits, upright=True, accepted=accepted)
        if plan.report is not None:
            return
        FORMATS[plan.output.format].check_result(size)
        own_quality = plan.output.format == source.format == JPEG.name
        yield ExplainedResult(
            accepts=accepted.value if negotiated else None,
            size=size,
            format=plan.output.format,
            frames=plan.output.frames,
            quality=None if own_quality else plan.output.quality,
        )


def source_header(size: Size, word: str, frames: int) -> Header:
    """Return the header of a source as it is described; raises `InvalidArgument`."""
    names = {name: form.name for form in FORMATS.values() for name in (form.name, *form.aliases)}
    if word not in names:
        raise invalid("format", word, "Value must be one of " + ", ".join(FORMATS))
    if frames > 1 and not FORMATS[names[word]].animated:
        raise OssError(Code.INVALID_ARGUMENT, f"A {word} picture has one frame.")
    return Header(format=names[word], size=size, frames=frames)
