"""Declarations of an operation's parameters, and everything that is derived from them.

An operation is a frozen dataclass whose fields are made by `parameter`. The declaration holds the
wire key, the type (range, parsing and printing), the default, the error numbers and one sentence.
Parsing, error texts, canonical text and documentation are derived from it here, so that no
operation parses text itself (spec 01 §2, spec 05 §3).
"""

import base64
import binascii
import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Literal, Protocol, overload

import msgspec
from msgspec import Struct

from darkroom.errors import Code, OssError, invalid, missing, not_base64
from darkroom.geometry import scale_length

type Colour = tuple[int, int, int]
"""Red, green and blue, 0…255 each."""

type Unit = Literal["", "px", "%", "°"]
"""Unit of a number; none for levels and indexes."""

POSITIONAL = ""
"""Wire key of a value that stands alone, such as the 90 of `rotate,90`."""

REDACTED = "…"
"""Replaces a sensitive value in logs."""

EC_SEVERAL_VALUES = "0040-00000203"

_DIGITS = re.compile(r"-?[0-9]+", re.ASCII)
_MAX_DIGITS = 18
_HEX_COLOUR = re.compile(r"[0-9A-Fa-f]{6}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class InvalidValue(Exception):
    """A parameter type refuses a written value; `Parameter.read` turns it into an OSS error."""

    def __init__(self, reason: str) -> None:
        """Store the reason, which ends the public message."""
        self.reason = reason
        super().__init__(reason)


class NotBase64(InvalidValue):
    """The written value is not base64 of UTF-8 text."""


class Empty(InvalidValue):
    """The key is written without a value."""


class ParameterType[T](Protocol):
    """Type of a parameter's value: written form, range and description."""

    def parse(self, text: str) -> T:
        """Read the written value or raise `InvalidValue`."""

    def text(self, value: T) -> str:
        """Write the value so that `parse` reads it again."""

    def expected(self) -> str:
        """Return the allowed values in a few words, for the documentation."""

    def describe(self) -> Mapping[str, object]:
        """Return the allowed values as JSON, for programs that make forms or check values."""


class Integer(Struct, frozen=True):
    """A decimal integer from `low` to `high`, both allowed.

    Digits are ASCII digits only: `int()` would also read ` 1`, `1_0` and `٣`.
    """

    low: int
    high: int
    unit: Unit = ""
    soft: tuple[int, int] | None = None
    """The range that a slider offers where the whole range is too wide; checks nothing."""

    def parse(self, text: str) -> int:
        """Read digits, after a minus where the range includes negative numbers."""
        if not _DIGITS.fullmatch(text):
            raise InvalidValue("Value must be digit")
        below_zero = text[0] == "-" and self.low >= 0
        # `int` takes quadratic time, and raises its own error for thousands of digits.
        if below_zero or len(text) > _MAX_DIGITS or not self.low <= int(text) <= self.high:
            raise InvalidValue(f"Value must be between {self.low} and {self.high}")
        return int(text)

    def text(self, value: int) -> str:
        """Write the number without leading zeros."""
        return str(value)

    def expected(self) -> str:
        """Return the range."""
        return f"integer {self.low}…{self.high}"

    def describe(self) -> Mapping[str, object]:
        """Return the range, the unit and the soft range."""
        described = {"type": "integer", "min": self.low, "max": self.high, "unit": self.unit}
        return described | ({"soft": self.soft} if self.soft else {})


class Length(Struct, frozen=True, kw_only=True):
    """A length in pixels, or a percentage of a length that the operation names."""

    number: int
    percent: bool = False

    def of(self, whole: int) -> int:
        """Return the pixels, of a percentage rounded half up; at least one."""
        return scale_length(whole, self.number, 100) if self.percent else self.number


class PixelsOrPercent(Struct, frozen=True):
    """A length from 1 to `max_pixels` pixels, or from `1p` to `max_percent` percent."""

    max_pixels: int
    max_percent: int

    def parse(self, text: str) -> Length:
        """Read digits, and a `p` after those of a percentage."""
        percent = text.endswith("p")
        low_to_high = Integer(1, self.max_percent if percent else self.max_pixels)
        try:
            return Length(number=low_to_high.parse(text.removesuffix("p")), percent=percent)
        except InvalidValue as error:
            raise InvalidValue(f"Value must be {self._range()}") from error

    def text(self, value: Length) -> str:
        """Write the number without leading zeros."""
        return f"{value.number}p" if value.percent else str(value.number)

    def expected(self) -> str:
        """Return both ranges."""
        return f"integer 1…{self.max_pixels}, or 1p…{self.max_percent}p"

    def describe(self) -> Mapping[str, object]:
        """Return both upper bounds."""
        return {
            "type": "pixels-or-percent",
            "max_pixels": self.max_pixels,
            "max_percent": self.max_percent,
        }

    def _range(self) -> str:
        return f"between 1 and {self.max_pixels}, or between 1p and {self.max_percent}p"


class Choice(Struct, frozen=True):
    """One of a few words, case-sensitive; `aliases` are read but never written."""

    words: tuple[str, ...]
    aliases: Mapping[str, str] = msgspec.field(default_factory=dict)

    def parse(self, text: str) -> str:
        """Return the word, or the word that an alias stands for."""
        word = self.aliases.get(text, text)
        if word not in self.words:
            raise InvalidValue("Value must be one of " + ", ".join(self.words))
        return word

    def text(self, value: str) -> str:
        """Return the word itself."""
        return value

    def expected(self) -> str:
        """Return the words without the aliases."""
        return ", ".join(f"`{word}`" for word in self.words)

    def describe(self) -> Mapping[str, object]:
        """Return the words and the aliases."""
        return {"type": "choice", "words": self.words, "aliases": self.aliases}


class Flag(Struct, frozen=True):
    """0 or 1."""

    def parse(self, text: str) -> bool:
        """Read exactly `0` or `1`."""
        if text not in ("0", "1"):
            digit = _DIGITS.fullmatch(text)
            raise InvalidValue("Value must be 0 or 1" if digit else "Value must be digit")
        return text == "1"

    def text(self, value: bool) -> str:
        """Write 0 or 1."""
        return str(int(value))

    def expected(self) -> str:
        """Return both values."""
        return "0 or 1"

    def describe(self) -> Mapping[str, object]:
        """Return the type alone."""
        return {"type": "flag"}


class HexColour(Struct, frozen=True):
    """Six hexadecimal digits, RRGGBB."""

    def parse(self, text: str) -> Colour:
        """Read red, green and blue."""
        if not _HEX_COLOUR.fullmatch(text):
            raise InvalidValue("Value must be six hexadecimal digits")
        red, green, blue = bytes.fromhex(text)
        return red, green, blue

    def text(self, value: Colour) -> str:
        """Write upper-case digits."""
        return bytes(value).hex().upper()

    def expected(self) -> str:
        """Return the form."""
        return "RRGGBB"

    def describe(self) -> Mapping[str, object]:
        """Return the type alone."""
        return {"type": "colour"}


class Base64Text(Struct, frozen=True):
    """URL-safe base64 of 1 to `max_bytes` bytes of UTF-8, padded or not (spec 01 §2.3, C-137)."""

    max_bytes: int

    def parse(self, text: str) -> str:
        """Decode; the standard alphabet's `+` is accepted, since some SDKs send it."""
        value = decode_base64(text)
        if not value:
            raise Empty("Value must not be empty")
        if len(value.encode()) > self.max_bytes:
            raise InvalidValue(f"Value must be at most {self.max_bytes} bytes long")
        return value

    def text(self, value: str) -> str:
        """Encode without padding."""
        return encode_base64(value)

    def expected(self) -> str:
        """Return the encoding and the limit."""
        return f"base64url text, 1…{self.max_bytes} bytes"

    def describe(self) -> Mapping[str, object]:
        """Return the limit, which counts the bytes of the text and not of its base64."""
        return {"type": "base64-text", "max_bytes": self.max_bytes}


def decode_base64(text: str) -> str:
    """Read URL-safe base64 of UTF-8; raise `NotBase64` for anything else."""
    body = text.replace("+", "-").rstrip("=")
    padding = len(text) - len(body)
    if padding > 2 or not _BASE64.fullmatch(body) or len(body) % 4 == 1:
        raise NotBase64("Value must be base64")
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NotBase64("Value must be base64 of UTF-8 text") from error


def encode_base64(text: str) -> str:
    """Write UTF-8 as URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class Parameter(Struct, frozen=True, kw_only=True):
    """One declared parameter of an operation; `doc` is one sentence."""

    key: str
    kind: ParameterType[Any]
    doc: str
    required: bool
    default: Any
    ec: str | None
    missing_ec: str | None
    base64_ec: str | None
    sensitive: bool
    """Whether the value is the caller's own text, which is never logged."""
    ignores_further: bool
    """Whether values after the first one are ignored; otherwise they are refused."""

    def read(self, action: str, text: str) -> Any:
        """Return the parsed value, or raise the error that names it (spec 05 §3)."""
        try:
            return self.kind.parse(text)
        except NotBase64 as error:
            raise not_base64(ec=self.base64_ec) from error
        except Empty as error:
            raise missing(self.key or action, ec=self.missing_ec) from error
        except InvalidValue as error:
            name = self.key or action
            raise invalid(name, text, error.reason, ec=self.ec) from error


@overload
def parameter[T](
    key: str,
    kind: ParameterType[T],
    doc: str,
    *,
    ec: str | None = None,
    missing_ec: str | None = None,
    sensitive: bool = False,
    ignores_further: bool = False,
) -> T: ...


@overload
def parameter[T, D](
    key: str,
    kind: ParameterType[T],
    doc: str,
    *,
    default: D,
    ec: str | None = None,
    base64_ec: str | None = None,
    sensitive: bool = False,
) -> T | D: ...


def parameter(
    key: str,
    kind: ParameterType[Any],
    doc: str,
    *,
    default: Any = dataclasses.MISSING,
    ec: str | None = None,
    missing_ec: str | None = None,
    base64_ec: str | None = None,
    sensitive: bool = False,
    ignores_further: bool = False,
) -> Any:
    """Declare a field of an operation; without a default the value is required.

    A type checker treats every such field as one with a default and does not see a missing required
    value: `bind` raises `MissingArgument` for it.
    """
    declared = Parameter(
        key=key,
        kind=kind,
        doc=doc,
        required=default is dataclasses.MISSING,
        default=default,
        ec=ec,
        missing_ec=missing_ec,
        base64_ec=base64_ec,
        sensitive=sensitive,
        ignores_further=ignores_further,
    )
    return dataclasses.field(default=default, metadata={"parameter": declared})


class Declared(Protocol):
    """An operation class: its documented name and its declared fields."""

    name: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


class ReadsRaw(ABC):
    """An operation that reads its written values together before they are parsed one by one."""

    @classmethod
    @abstractmethod
    def read_raw(cls, written: Mapping[str, str]) -> Mapping[str, str]:
        """Return the values that count; raise where their combination has an error of its own."""


@cache
def declared_parameters(operation: type[Declared]) -> Mapping[str, Parameter]:
    """Return the parameters by field name, in declaration order."""
    return {
        field.name: field.metadata["parameter"]
        for field in dataclasses.fields(operation)
        if "parameter" in field.metadata
    }


def describe_parameters(operation: type[Declared]) -> Sequence[Mapping[str, object]]:
    """Return the declarations as JSON: key, allowed values, default as written, and sentence."""
    return [
        {
            "key": declared.key,
            **declared.kind.describe(),
            "required": declared.required,
            "default": None if declared.default is None else _written_default(declared),
            "ignores_further": declared.ignores_further,
            "doc": declared.doc,
            "ec": [number for number in (declared.ec, declared.base64_ec) if number],
        }
        for declared in declared_parameters(operation).values()
    ]


def _written_default(declared: Parameter) -> str | None:
    return None if declared.required else declared.kind.text(declared.default)


def bind[T: Declared](operation: type[T], arguments: Sequence[str]) -> T:
    """Build the operation from the arguments of an action, as written.

    Raises `MissingArgument` for a required value that is absent, `InvalidArgument` or `BadRequest`
    for a wrong one; unknown keys are ignored (spec 01 §2.1).
    """
    parameters = declared_parameters(operation)
    written = _values_by_key(operation, arguments, parameters)
    if issubclass(operation, ReadsRaw):
        written = operation.read_raw(written)
    values: dict[str, Any] = {}
    for field, declared in parameters.items():
        if declared.key in written:
            values[field] = declared.read(operation.name, written[declared.key])
        elif declared.required:
            raise missing(declared.key or operation.name, ec=declared.missing_ec)
    return operation(**values)


def _values_by_key(
    operation: type[Declared], arguments: Sequence[str], parameters: Mapping[str, Parameter]
) -> Mapping[str, str]:
    """Return each known key with its last value; empty arguments count as not written."""
    keys = {declared.key for declared in parameters.values()}
    given = [argument for argument in arguments if argument]
    if keys == {POSITIONAL}:
        if len(given) > 1 and not all(each.ignores_further for each in parameters.values()):
            raise OssError(
                Code.INVALID_ARGUMENT,
                f"The action: {operation.name} takes one value.",
                ec=EC_SEVERAL_VALUES,
            )
        return dict.fromkeys(keys, given[0]) if given else {}
    written: dict[str, str] = {}
    for argument in given:
        # Base64url values contain `_` themselves: only the first one separates.
        key, separator, value = argument.partition("_")
        if not separator:
            key, value = POSITIONAL, argument
        elif key == POSITIONAL:
            # An empty key is an unknown key, not a positional value.
            continue
        if key in keys:
            written[key] = value
    return written


def ignored_arguments(operation: type[Declared], arguments: Sequence[str]) -> list[str]:
    """Return the arguments that `bind` ignores, each with the reason, for people."""
    keys = {declared.key for declared in declared_parameters(operation).values()}
    if keys <= {POSITIONAL}:
        takes = "one value" if keys else "no values"
        return [f"{each}: {operation.name} takes {takes}" for each in arguments[len(keys) :]]
    ignored = list[str]()
    last = {_key(argument): number for number, argument in enumerate(arguments)}
    for number, argument in enumerate(arguments):
        key = _key(argument)
        if key in keys:
            if last[key] != number:
                ignored.append(f"{argument}: a later value replaces it")
        elif key in (None, POSITIONAL):
            ignored.append(f"{argument}: it has no key")
        else:
            ignored.append(f"{argument}: {operation.name} has no {key}")
    return ignored


def _key(argument: str) -> str | None:
    """Return the key of an argument, None for one that begins with the separator."""
    key, separator, _ = argument.partition("_")
    return (key or None) if separator else POSITIONAL


def canonical_text(operation: Declared, *, sensitive: bool = True) -> str:
    """Return the action with its non-default values in declaration order.

    Two spellings of the same operation give the same text: result keys depend on it. With
    `sensitive=False` sensitive values are redacted, so that the text may be logged.
    """
    arguments = []
    for field, declared in declared_parameters(type(operation)).items():
        value = getattr(operation, field)
        if declared.required or value != declared.default:
            text = declared.kind.text(value) if sensitive or not declared.sensitive else REDACTED
            arguments.append(f"{declared.key}_{text}" if declared.key else text)
    return ",".join([operation.name, *arguments])
