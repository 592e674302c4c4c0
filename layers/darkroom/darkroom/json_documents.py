"""Decode JSON documents of declared types; all errors have one form (decision 102)."""

import re
from typing import Any

import msgspec
from msgspec import inspect

from darkroom.errors import truncate


class InvalidDocument(Exception):
    """A document does not have its declared type.

    The text names the member's path, such as `cors[0].allowedOrigins`, and the expected value. It
    may contain names of members, never their values.
    """


class InvalidMember(ValueError):
    """A value breaks a rule that its type cannot express; a `__post_init__` raises it."""

    def __init__(self, member: str, reason: str) -> None:
        """`member` is a name in JSON, empty for the object itself; `reason` follows it."""
        super().__init__(reason)
        self.member = member
        self.reason = reason


def decode[T](
    text: bytes | str, type_: type[T], *, path: str = "", private_names: bool = False
) -> T:
    """Decode JSON; raises `InvalidDocument` for every error.

    Error texts begin with `path`, the name of the document. With `private_names`, they do not name
    unknown members.
    """
    try:
        return msgspec.json.decode(text, type=type_)
    except msgspec.ValidationError as error:
        reason = _explain(error, type_, path, private_names=private_names)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        reason = f"{path or 'the document'} must be JSON: {_syntax(error)}"
    # Raised outside `except`: a traceback would show msgspec's error, which quotes values.
    raise InvalidDocument(reason)


def _syntax(error: Exception) -> str:
    """Describe a syntax error without the text of a codec's error, which quotes the document."""
    match error:
        case msgspec.DecodeError():
            return str(error).removeprefix("JSON is malformed: ")
        case RecursionError():
            return "it is nested too deeply"
    return "it is not UTF-8"


_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `\$(\S*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*?)`(?: - at `\$(\S*)`)?")
_PLACE = re.compile(r".* - at `\$(\S*)`", re.DOTALL)
_FOUND = re.compile(r"Expected `[^`]*`, got `([a-z]+)`")


def _explain(error: msgspec.ValidationError, type_: Any, path: str, *, private_names: bool) -> str:
    """Return a text that names the wrong member and the value that its declared type expects.

    The path, the member's name and the found JSON type are parsed from the text of msgspec's error.
    """
    text = str(error)
    if unknown := _UNKNOWN.fullmatch(text):
        if private_names:
            return f"{_at(path, unknown[2])} has a member that is not known"
        return f"{_at(path, unknown[2], truncate(unknown[1]))} is not known"
    if missing := _MISSING.fullmatch(text):
        return f"{_at(path, missing[2], missing[1])} is required"
    found = _PLACE.fullmatch(text)
    place = found[1] if found else ""
    if isinstance(error.__cause__, InvalidMember):
        return f"{_at(path, place, error.__cause__.member)} {error.__cause__.reason}"
    instead = _FOUND.match(text)
    return (
        f"{_at(path, place)} must be {_expected(_type_at(type_, place))}"
        f"{f', not {instead[1]}' if instead else ''}"
    )


def _at(path: str, place: str | None, member: str = "") -> str:
    """Join the document's path, msgspec's path in it without `$`, and a member's name."""
    whole = f"{path}{place or ''}{'.' if member else ''}{member}"
    return whole.removeprefix(".") or "the document"


def _type_at(type_: Any, place: str) -> inspect.Type:
    """Return the declared type of a path such as `.cors[0].allowedOrigins`."""
    found = inspect.type_info(type_)
    for member in re.findall(r"\.([^.\[\]]+)|\[[^\]]*\]", place):
        match _without_null(found):
            case inspect.StructType(fields=fields):
                found = next(each.type for each in fields if each.encode_name == member)
            case inspect.DictType(value_type=inner) | inspect.CollectionType(item_type=inner):
                found = inner
    return found


def _without_null(type_: inspect.Type) -> inspect.Type:
    """Return the other type of a union with null, with its description, or the type itself."""
    if isinstance(type_, inspect.UnionType):
        return next(each for each in type_.types if not isinstance(each, inspect.NoneType))
    return type_


def _expected(type_: inspect.Type) -> str:
    """Return the `Meta(description=)` of a type, or a description made of its constraints."""
    match _without_null(type_):
        case inspect.Metadata(extra_json_schema={"description": str(description)}):
            expected = description
        case inspect.EnumType(cls=choices):
            expected = f"one of {', '.join(str(choice.value) for choice in choices)}"
        case inspect.CollectionType(min_length=minimum, max_length=maximum):
            expected = "a list" if maximum is None else f"a list of {minimum or 0} to {maximum}"
        case inspect.IntType(ge=minimum, le=maximum):
            expected = f"a whole number from {minimum} to {maximum}"
        case inspect.BoolType():
            expected = "true or false"
        case inspect.StrType():
            expected = "a text"
        case inspect.DateTimeType():
            expected = "a date and time of RFC 3339 with its zone"
        case _:
            expected = "an object"
    return expected
