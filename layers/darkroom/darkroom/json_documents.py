"""JSON documents of declared types, with one form of error for all of them (decision 102)."""

import re
from typing import Any

import msgspec
from msgspec import inspect

from darkroom.errors import truncate


class InvalidDocument(Exception):
    """A document does not have its declared type.

    The text names the member's path, such as `cors[0].allowedOrigins`, and the expected value. It
    repeats names of members, never their values.
    """


class InvalidMember(ValueError):
    """A rule that no type can state is broken; to be raised in `__post_init__`."""

    def __init__(self, member: str, reason: str) -> None:
        """Take the member's name in JSON, empty for the whole object, and a sentence's end."""
        super().__init__(reason)
        self.member = member
        self.reason = reason


def decode[T](
    text: bytes | str, type_: type[T], *, path: str = "", private_names: bool = False
) -> T:
    """Decode JSON and raise nothing but `InvalidDocument`.

    `path` is the document's own name or place, which errors begin with. With `private_names`, an
    unknown member is not named in the error.
    """
    try:
        return msgspec.json.decode(text, type=type_)
    except msgspec.ValidationError as error:
        reason = _explain(error, type_, path, private_names=private_names)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        reason = f"{path or 'the document'} must be JSON: {_syntax(error)}"
    # Raised here, so that a traceback does not show msgspec's error, which quotes values.
    raise InvalidDocument(reason)


def _syntax(error: Exception) -> str:
    """Describe a syntax error by kind and place: a codec's own text would quote the document."""
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
    """Say which member is wrong and what its declared type expects.

    msgspec has the path, the member's name and the JSON type that was found in its text alone.
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
    """Join the document's own path, msgspec's path in it without its `$`, and a member's name."""
    whole = f"{path}{place or ''}{'.' if member else ''}{member}"
    return whole.removeprefix(".") or "the document"


def _type_at(type_: Any, place: str) -> inspect.Type:
    """Follow a path such as `.cors[0].allowedOrigins` through the declared types."""
    found = inspect.type_info(type_)
    for member in re.findall(r"\.([^.\[\]]+)|\[[^\]]*\]", place):
        match _bare(found):
            case inspect.StructType(fields=fields):
                found = next(each.type for each in fields if each.encode_name == member)
            case inspect.DictType(value_type=inner) | inspect.CollectionType(item_type=inner):
                found = inner
    return found


def _bare(type_: inspect.Type) -> inspect.Type:
    """Strip null from a type that allows it; a description stays."""
    if isinstance(type_, inspect.UnionType):
        return next(each for each in type_.types if not isinstance(each, inspect.NoneType))
    return type_


def _expected(type_: inspect.Type) -> str:
    """Describe a type; a `Meta(description=)` of its own comes first."""
    match _bare(type_):
        case inspect.Metadata(extra_json_schema={"description": str(description)}):
            expected = description
        case inspect.EnumType(cls=choices):
            expected = f"one of {', '.join(str(choice.value) for choice in choices)}"
        case inspect.CollectionType(min_length=least, max_length=most):
            expected = "a list" if most is None else f"a list of {least or 0} to {most}"
        case inspect.IntType(ge=least, le=most):
            expected = f"a whole number from {least} to {most}"
        case inspect.BoolType():
            expected = "true or false"
        case inspect.StrType():
            expected = "a text"
        case inspect.DateTimeType():
            expected = "a date and time of RFC 3339 with its zone"
        case _:
            expected = "an object"
    return expected
