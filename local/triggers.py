"""The interface between a gateway and a function: triggers, events, invocation, errors."""

from enum import StrEnum
from typing import Any, Protocol

type Fields = tuple[tuple[str, str], ...]
"""Header fields in the order sent; a name may occur several times."""

type Event = dict[str, Any]
"""A decoded event in payload format 2.0."""


class Trigger(StrEnum):
    """The two services that send payload format 2.0: HTTP API and Lambda function URL."""

    HTTP_API = "api"
    FUNCTION_URL = "url"


class FunctionError(Exception):
    """The function failed, timed out, or returned an invalid reply."""


class ThrottledError(Exception):
    """No sandbox became free for the invocation."""


class Invoke(Protocol):
    """Invokes a function, and ends it after its timeout."""

    def __call__(self, event: bytes, /) -> bytes:
        """Return the result of an event, both JSON; raises `FunctionError` or `ThrottledError`."""
