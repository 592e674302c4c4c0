"""What can stand between a client and the function, and what it expects of the function."""

from enum import StrEnum
from typing import Any, Protocol

type Fields = tuple[tuple[str, str], ...]
"""Header fields in the order sent; one name may occur several times."""

type Event = dict[str, Any]
"""A request in payload format 2.0."""


class Front(StrEnum):
    """The two services that speak payload format 2.0."""

    HTTP_API = "api"
    FUNCTION_URL = "url"


class FunctionError(Exception):
    """The function failed, ran out of time, or gave what is no reply."""


class ThrottledError(Exception):
    """No sandbox is free to run the function in."""


class Invoke(Protocol):
    """Runs the function once, wherever it lives, and ends it when its time is up."""

    def __call__(self, event: bytes, /) -> bytes:
        """Take an event and give the result, both JSON, or raise one of the errors above."""
