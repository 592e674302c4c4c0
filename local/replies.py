"""A function's result in payload format 2.0 → the HTTP response of its trigger."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.triggers import Fields, FunctionError, Trigger

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00\r\n]*")
_JSON = (("content-type", "application/json"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """A response without its content-length."""

    status: int
    headers: Fields = ()
    body: bytes = b""


def message(status: int, text: str) -> HttpReply:
    """Return a response of the trigger itself."""
    return HttpReply(status=status, headers=_JSON, body=json.dumps({"message": text}).encode())


def failed(trigger: Trigger) -> HttpReply:
    """Return the trigger's response to a failed invocation; the reason is only in the log."""
    status = 502 if trigger is Trigger.FUNCTION_URL else 500
    return message(status, "Internal Server Error")


def throttled(trigger: Trigger) -> HttpReply:
    """Return the trigger's response if no sandbox is free, or if its timeout has passed."""
    if trigger is Trigger.FUNCTION_URL:
        return message(429, "Rate Exceeded.")
    return message(503, "Service Unavailable")


def reply(result: Any) -> HttpReply:
    """Return the response of a result; one without a status code is the JSON body of a 200.

    Raises `FunctionError` for a result that is not a valid HTTP response.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        text = result if isinstance(result, str) else json.dumps(result)
        return HttpReply(status=200, headers=_JSON, body=text.encode())
    status = result["statusCode"]
    if type(status) is not int or not 200 <= status <= 599:
        raise FunctionError(f"the reply's statusCode is {status!r}")
    return HttpReply(status=status, headers=tuple(_fields(result)), body=_body(result))


def _fields(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    headers = result.get("headers") or {}
    if not isinstance(headers, dict):
        raise FunctionError("the reply's headers are no object")
    cookies: Iterable[str] = result.get("cookies") or ()
    for name, value in (*headers.items(), *(("set-cookie", cookie) for cookie in cookies)):
        text = value if isinstance(value, str) else json.dumps(value)
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(text):
            raise FunctionError(f"the reply's header {name!r} is {value!r}")
        yield name, text


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body") or ""
    if not isinstance(body, str):
        raise FunctionError("the reply's body is no text")
    if not result.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise FunctionError("the reply's body is no base64") from error
