"""A request and a response as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self
from urllib.parse import quote, unquote

from darkroom.errors import Code, Failure, OssError
from darkroom.ports import KeptResult, OpenObject
from darkroom.usecases.results import FromStore

KEEPS_PLUS = frozenset({"x-oss-process", "x-oss-async-process"})
"""Query parameters in which a plus is itself."""

UNRESERVED_IN_PATHS = "/-_.~!$&'()*+,;=:@"


@dataclass(frozen=True, kw_only=True)
class Request:
    """An HTTP request: path and query as sent, since signatures cover them."""

    method: str
    raw_path: str
    """Percent-encoded, beginning with a slash."""
    raw_query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; several of one name are joined by commas."""
    body: bytes = b""
    word: str = field(default="", repr=False)
    """What the front says to be known by; it is not among the headers."""

    @classmethod
    def with_decoded_path(cls, path: str, **others: object) -> Self:
        """Build from a path that was percent-decoded on its way here."""
        raw = quote(path, safe=UNRESERVED_IN_PATHS, errors="surrogatepass")
        return cls(raw_path=raw, **others)  # type: ignore[arg-type]

    @property
    def host(self) -> str:
        """The host that the caller addressed, lower-case and without its port."""
        return self.headers.get("host", "").rsplit(":", 1)[0].lower()

    @cached_property
    def path(self) -> str:
        """The path, percent-decoded once; a plus in it is a plus."""
        return decoded(self.raw_path, Code.INVALID_OBJECT_NAME)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The query's names and values, decoded once, in the order sent.

        A plus is a blank, except in a process: base64 there may contain one (C-11).
        """
        items = (item.partition("=") for item in self.raw_query.split("&"))
        return tuple(_pair(name, value) for name, _, value in items if name)

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The first value of each query parameter (C-10); empty for a bare name."""
        return dict(reversed(self.pairs))


def _pair(name: str, value: str) -> tuple[str, str]:
    name = decoded(name.replace("+", " "), Code.INVALID_ARGUMENT)
    if name not in KEEPS_PLUS:
        value = value.replace("+", " ")
    return name, decoded(value, Code.INVALID_ARGUMENT)


def decoded(text: str, code: Code) -> str:
    """Percent-decode once, or refuse what is no UTF-8 with that code."""
    try:
        plain = unquote(text, errors="strict")
        plain.encode()  # fails for half of a surrogate pair, which was not encoded
    except UnicodeError as error:
        raise OssError(code, "The request is not percent-encoded UTF-8.") from error
    return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A body that is still in the store: its front reads it or sends the caller there."""

    object: OpenObject
    size: int
    """Bytes that will be read; fewer than the object has when a part was asked for."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Reply headers that the caller chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAs:
    """A result's name in a store, and the type of its bytes whatever the caller calls them."""

    name: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An HTTP response; what its body is carried by is its front's business (decision 009)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Stored | KeptResult = b""
    kept_as: KeptAs | None = None
    """How a body can be kept that is too large for its front."""
    from_store: FromStore = FromStore.OFF
    failure: Failure | None = None
    """Why it refuses, if it does."""
    trouble: OssError | None = None
    """What went wrong on the way without harm to the answer: for the log."""
