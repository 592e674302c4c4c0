"""The policy of a form: which fields and sizes its signer allows, and until when (decision 150).

A policy is base64 of a JSON object with an expiration and conditions:

    {"expiration": "2026-12-01T12:00:00.000Z",
     "conditions": [{"bucket": "demo"}, ["starts-with", "$key", "user/"],
                    ["in", "$content-type", ["image/jpeg", "image/png"]],
                    ["content-length-range", 1, 1048576]]}

A field that no condition names may have any value.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from darkroom.errors import Code, OssError, truncate

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)

_ESCAPES = re.compile(r"\\\\|\\\$")
"""A backslash or a dollar sign that is escaped; JSON itself has no escape for the second."""

SIZE_RANGE = "content-length-range"

EC_EXPIRED = "0006-00000213"
EC_CONDITION = "0006-00000227"
EC_TOO_LARGE = "0006-00000003"
EC_TOO_SMALL = "0006-00000004"


class Operator(StrEnum):
    """How a condition compares a field."""

    EQ = "eq"
    STARTS_WITH = "starts-with"
    IN = "in"
    NOT_IN = "not-in"

    @property
    def takes_list(self) -> bool:
        """Whether the operand is a list of texts instead of one text."""
        return self in (Operator.IN, Operator.NOT_IN)


class Condition(Struct, frozen=True, kw_only=True):
    """A condition on the value of a field; a field that was not sent counts as empty."""

    operator: Operator
    name: str
    """As written, without the dollar sign."""
    operand: str | Sequence[str]

    def holds(self, fields: Mapping[str, str]) -> bool:
        """Return whether the fields, by lower-case name, fulfil the condition."""
        value = fields.get(self.name.lower(), "")
        match self.operator:
            case Operator.EQ:
                return value == self.operand
            case Operator.STARTS_WITH:
                return value.startswith(str(self.operand))
            case Operator.IN:
                return value in self.operand
            case Operator.NOT_IN:
                return value not in self.operand

    def text(self) -> str:
        """Return the condition as a message shows it."""
        return json.dumps([self.operator, f"${self.name}", self.operand], ensure_ascii=False)


class SizeRange(Struct, frozen=True, kw_only=True):
    """The smallest and the largest size of the file in bytes."""

    minimum: int
    maximum: int

    def check(self, size: int) -> None:
        """Raise `EntityTooSmall` or `EntityTooLarge`."""
        if size < self.minimum:
            message = f"The file has {size} bytes: the policy requires at least {self.minimum}."
            raise OssError(Code.ENTITY_TOO_SMALL, message, ec=EC_TOO_SMALL)
        if size > self.maximum:
            message = f"The file has {size} bytes: the policy allows at most {self.maximum}."
            raise OssError(Code.ENTITY_TOO_LARGE, message, ec=EC_TOO_LARGE)


class PostPolicy(Struct, frozen=True, kw_only=True):
    """A policy, whose signature is verified elsewhere."""

    expiration: datetime
    conditions: Sequence[Condition | SizeRange]

    def check(self, fields: Mapping[str, str], size: int, now: datetime) -> None:
        """Refuse a form that is late, or whose fields or file size break a condition."""
        if now > self.expiration:
            message = "Invalid according to Policy: Policy expired."
            raise OssError(Code.ACCESS_DENIED, message, ec=EC_EXPIRED)
        for condition in self.conditions:
            if isinstance(condition, SizeRange):
                condition.check(size)
            elif not condition.holds(fields):
                text = truncate(condition.text())
                message = f"Invalid according to Policy: Policy Condition failed: {text}"
                raise OssError(Code.ACCESS_DENIED, message, ec=EC_CONDITION)


def read_policy(text: str) -> PostPolicy:
    """Read the field `policy`; raises `InvalidPolicyDocument` that names the part at fault."""
    policy = _json_object(text)
    expiration, conditions = (policy.get(name) for name in ("expiration", "conditions"))
    _require_members(policy)
    return PostPolicy(expiration=_read_date(expiration), conditions=_read_conditions(conditions))


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        plain = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid("It is not base64.", "0006-00000202") from error
    try:
        written = plain.decode()
    except UnicodeDecodeError as error:
        raise _invalid("It is not UTF-8.", "0006-00000203") from error
    try:
        found = msgspec.json.decode(_ESCAPES.sub(_unescape_dollar, written))
    except (msgspec.DecodeError, RecursionError) as error:
        raise _invalid("Invalid JSON.", "0006-00000204") from error
    if not isinstance(found, dict):
        raise _invalid("Invalid JSON: an object is expected.", "0006-00000204")
    return found


def _unescape_dollar(escape: re.Match[str]) -> str:
    return "$" if escape[0] == r"\$" else escape[0]


def _require_members(policy: Mapping[str, Any]) -> None:
    missing = {"expiration", "conditions"} - policy.keys()
    if len(missing) == 2:
        raise _invalid("It has neither expiration nor conditions.", "0006-00000209")
    if "expiration" in missing:
        raise _invalid("It has no expiration.", "0006-00000208")
    if "conditions" in missing:
        raise _invalid("It has no conditions.", "0006-00000207")


def _read_date(value: Any) -> datetime:
    if not isinstance(value, str):
        raise _invalid("The expiration must be a text.", "0006-00000210")
    if not value:
        raise _invalid("The expiration is empty.", "0006-00000211")
    reason = "The expiration must be a date such as 2026-12-01T12:00:00.000Z."
    if not _DATE.fullmatch(value):
        raise _invalid(reason)
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise _invalid(reason) from error


def _read_conditions(value: Any) -> tuple[Condition | SizeRange, ...]:
    if not isinstance(value, list):
        raise _invalid("The conditions must be a list.", "0006-00000214")
    if not value:
        raise _invalid("The list of conditions is empty.")
    return tuple(_read_condition(item) for item in value)


def _read_condition(item: Any) -> Condition | SizeRange:
    match item:
        case dict():
            return _read_pair(item)
        case [str(word), *operands] if word == SIZE_RANGE:
            return _read_size_range(operands)
        case [str(word), *operands] if word in list(Operator):
            return _read_comparison(Operator(word), operands)
        case [_] | []:
            raise _invalid("A condition has no operator.", "0006-00000216")
        case [word, *_]:
            operators = ", ".join([*Operator, SIZE_RANGE])
            raise _invalid(f"The operator must be one of {operators}.", "0006-00000217")
    raise _invalid("A condition must be an object or a list.", "0006-00000222")


def _read_pair(pair: Mapping[str, Any]) -> Condition:
    if len(pair) != 1:
        reason = "Simple-Conditions must have exactly one property specified."
        raise _invalid(f"Invalid Simple-Condition: {reason}")
    [(name, value)] = pair.items()
    return _read_comparison(Operator.EQ, [name, value])


def _read_comparison(operator: Operator, operands: Sequence[Any]) -> Condition:
    match operands:
        case [str(name), str(operand)] if not operator.takes_list:
            return Condition(operator=operator, name=name.removeprefix("$"), operand=operand)
        case [str(name), list(texts)] if operator.takes_list and _are_texts(texts):
            return Condition(operator=operator, name=name.removeprefix("$"), operand=texts)
        case [_, _]:
            expected = "a list of texts" if operator.takes_list else "a text"
            raise _invalid(f"{operator} needs a field and {expected}.", "0006-00000224")
    raise _invalid(f"{operator} needs a field and a value.", "0006-00000218")


def _are_texts(items: Sequence[Any]) -> bool:
    return all(isinstance(item, str) for item in items)


def _read_size_range(operands: Sequence[Any]) -> SizeRange:
    match operands:
        case [int(minimum), int(maximum)] if not any(isinstance(each, bool) for each in operands):
            if not 0 <= minimum <= maximum:
                reason = f"{SIZE_RANGE} must not end before it begins."
                raise _invalid(reason, "0006-00000219")
            return SizeRange(minimum=minimum, maximum=maximum)
        case [_, _]:
            raise _invalid(f"{SIZE_RANGE} needs two whole numbers.", "0006-00000221")
    raise _invalid(f"{SIZE_RANGE} needs two whole numbers.", "0006-00000218")


def _invalid(reason: str, ec: str | None = None) -> OssError:
    return OssError(Code.INVALID_POLICY_DOCUMENT, f"Invalid Policy: {reason}", ec=ec)
