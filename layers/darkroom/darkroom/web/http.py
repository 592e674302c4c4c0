"""A request and a response as plain values."""

from collections.abc import Mapping
from functools import cached_property
from typing import Self
from urllib.parse import quote, unquote

from msgspec import Struct, field

from darkroom.errors import Code, Failure, OssError
from darkroom.ports.bodies import Body, SpooledBody
from darkroom.ports.objects import OpenObject
from darkroom.ports.results import CachedResult
from darkroom.process.dialects import PROCESS_PARAMETERS
from darkroom.usecases.result_storage import CacheStatus, ResultIdentity
from darkroom.web.forms import Form, parse_form
from darkroom.web.wire import QueryParameter

JSON = "application/json"

WRITES = frozenset({"PUT", "POST", "DELETE"})
"""Methods that store or delete."""

NO_STORE = {"cache-control": "no-store"}
"""Headers of a response that no cache may store."""

PLUS_IS_LITERAL = frozenset({*PROCESS_PARAMETERS, QueryParameter.ASYNC_PROCESS})
"""Query parameters in which a plus is not a space."""

NOT_UTF_8 = "The characters encoding must be utf-8."
"""The service's message for keys and parameters in another encoding."""

UNRESERVED_IN_PATHS = "/-_.~!$&'()*+,;=:@"

SHARED_CACHE_DIRECTIVES = ("public", "s-maxage", "proxy-revalidate", "private")
"""`Cache-Control` directives for shared caches."""


def private_cache_control(cache_control: str) -> str:
    """Return `private` and the directives for the caller's own cache, without the others."""
    directives = (part.strip() for part in cache_control.split(","))
    allowed = [
        part for part in directives if part and not part.lower().startswith(SHARED_CACHE_DIRECTIVES)
    ]
    return ", ".join(["private", *allowed])


class Request(Struct, frozen=True, kw_only=True, dict=True):
    """An HTTP request: path and query as sent, since signatures cover them."""

    method: str
    raw_path: str
    """Percent-encoded, beginning with a slash."""
    raw_query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; values of a repeated header are joined by commas."""
    body: bytes = b""
    """Empty where the body follows, or is in a file."""
    spooled: SpooledBody | None = None
    """A body in a file."""
    body_follows: bool = False
    """Whether the entry receives the body after the caller's right was checked."""
    body_was_text: bool = False
    """Whether the body was delivered as text, in which bytes that are not UTF-8 are replaced."""
    path_was_decoded: bool = False
    """Whether the path was delivered decoded: `%2B` is `+` then, and U+FFFD other than UTF-8."""
    origin_token: str = ""
    """Token by which the CDN authenticates itself; it is not among the headers."""

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"Request({self.method} {self.raw_path})"

    @classmethod
    def with_decoded_path(cls, path: str, **others: object) -> Self:
        """Build from a path that API Gateway has already percent-decoded."""
        raw = quote(path, safe=UNRESERVED_IN_PATHS, errors="surrogatepass")
        return cls(raw_path=raw, path_was_decoded=True, **others)  # type: ignore[arg-type]

    @property
    def host(self) -> str:
        """The host that the caller addressed, lower-case, without its port and a final dot."""
        host, _, port = self.headers.get("host", "").rpartition(":")
        if not (port == "" or port.isdecimal()) or not host:
            host = self.headers.get("host", "")
        return host.lower().removesuffix(".")

    @cached_property
    def path(self) -> str:
        """The path, percent-decoded once; a plus in it is literal."""
        return percent_decode(self.raw_path, Code.INVALID_ARGUMENT)

    @cached_property
    def query_pairs(self) -> tuple[tuple[str, str], ...]:
        """The query's names and values, decoded once, in the order sent.

        A plus is a space, except in a process: base64 there may contain one (C-11).
        """
        items = (item.partition("=") for item in self.raw_query.split("&"))
        return tuple(_pair(name, value) for name, _, value in items if name)

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The first value of each query parameter (C-10); empty for a bare name."""
        return dict(reversed(self.query_pairs))

    @property
    def content(self) -> Body:
        """The body, wherever it is."""
        return self.body if self.spooled is None else self.spooled

    @cached_property
    def form(self) -> Form:
        """The form in the body; raises `MalformedPOSTRequest` where it has none."""
        return parse_form(self.headers.get("content-type", ""), self.body)


def _pair(name: str, value: str) -> tuple[str, str]:
    name = percent_decode(name.replace("+", " "), Code.INVALID_ARGUMENT)
    if name not in PLUS_IS_LITERAL:
        value = value.replace("+", " ")
    return name, percent_decode(value, Code.INVALID_ARGUMENT)


def percent_decode(text: str, code: Code) -> str:
    """Percent-decode once; raise an error of that code for anything but UTF-8."""
    try:
        plain = unquote(text, errors="strict")
        plain.encode()  # raises for a lone surrogate, which was sent unencoded
    except UnicodeError as error:
        raise OssError(code, NOT_UTF_8) from error
    return plain


class Address(Struct, frozen=True):
    """Bucket and key of a URL: without a bucket the service itself, without a key the bucket."""

    bucket: str
    key: str


class ObjectBody(Struct, frozen=True, kw_only=True):
    """A body that is still in the store: the entry reads it or redirects the caller there."""

    object: OpenObject
    size: int
    """Bytes to read; fewer than the object has for a byte range."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Reply headers that the caller chose."""


class ResultRef(Struct, frozen=True, kw_only=True):
    """Identity of a result in its storage, and the content type of its bytes."""

    identity: ResultIdentity
    content_type: str


class Response(Struct, frozen=True, kw_only=True):
    """An HTTP response, independent of how an entry carries its body (decision 009)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | ObjectBody | CachedResult = b""
    result_ref: ResultRef | None = None
    """Where a body can be stored that exceeds the reply limit."""
    cache_status: CacheStatus = CacheStatus.BYPASS
    failure: Failure | None = None
    """The error that it answers, if any."""
    store_error: OssError | None = None
    """Error of the result storage that did not change the response: for the log."""
