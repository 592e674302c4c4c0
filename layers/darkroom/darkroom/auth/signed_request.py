"""Building blocks of the string to sign, common to all versions (spec 01 §5)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import itemgetter
from typing import Self
from urllib.parse import quote

from msgspec import Struct, field
from msgspec.structs import replace

from darkroom.errors import invalid

type Pairs = tuple[tuple[str, str], ...]
"""Query parameters, decoded, in the order sent; a bare name has the value ''."""


class SignedRequest(Struct, frozen=True, kw_only=True):
    """A request as signatures cover it, whatever its URL form (spec 01 §5).

    Key and query are percent-decoded exactly once; a `+` in the query was a space, except in a
    process, where it stays (C-11).
    """

    method: str
    bucket: str | None = None
    """OSS name of the bucket, also for a custom domain; None for the service itself."""
    key: str = ""
    """Empty at bucket level."""
    bucket_slash: bool = True
    """Whether the resource of a bucket ends with a slash: the C SDK signs it without one."""
    query: Pairs = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; the values of a repeated header are joined by `,`."""
    body: Callable[[], bytes] = bytes
    """Called only when a digest of the body was signed (C-25)."""
    body_follows: bool = False
    """Whether the body has not been received: `verify_body` compares its digest later."""

    def header(self, name: str) -> str:
        """Return a header without the blanks around it; '' when it was not sent."""
        return self.headers.get(name, "").strip(" \t")

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter, None when it was not sent (spec 01 §5)."""
        return next((value for known, value in self.query if known == name), None)

    @property
    def resource(self) -> str:
        """The signed name of the resource: `/`, `/bucket/`, `/bucket` or `/bucket/key`."""
        if self.bucket is None:
            return f"/{self.key}"
        return f"/{self.bucket}/{self.key}" if self.key or self.bucket_slash else f"/{self.bucket}"

    @property
    def spellings(self) -> tuple[Self, ...]:
        """The request with each name of its resource that an SDK may sign, the usual one first."""
        if self.bucket is None or self.key:
            return (self,)
        return self, replace(self, bucket_slash=False)

    def with_headers(self, added: Mapping[str, str]) -> Self:
        """Return a copy with further headers, by lower-case name."""
        return replace(self, headers={**self.headers, **added})

    def with_query(self, added: Pairs) -> Self:
        """Return a copy with further query parameters at the end."""
        return replace(self, query=(*self.query, *added))

    def target(self) -> str:
        """Return the path-style path and query: the part of a URL after the host."""
        query = encoded(self.query)
        path = percent_encoded(self.resource, safe="/")
        return f"{path}?{query}" if query else path


def percent_encoded(text: str, safe: str = "") -> str:
    """Encode all but `A-Za-z0-9-_.~` and `safe`; never fails, even for a lone surrogate."""
    return quote(text, safe=safe, errors="surrogatepass")


def encoded(pairs: Pairs) -> str:
    """Write query parameters percent-encoded in the given order, without `=` when empty."""
    return joined(tuple((percent_encoded(name), percent_encoded(value)) for name, value in pairs))


def joined(pairs: Pairs) -> str:
    """Write pairs unchanged, a bare name where the value is empty."""
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


OSS_PREFIX = "x-oss-"


def to_bytes(text: str) -> bytes:
    """Encode any text, lone surrogates included; distinct texts give distinct bytes."""
    return text.encode("utf-8", "surrogatepass")


def by_name(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Sort by name alone: a repeated name keeps its order, so that swapped values do not match."""
    return tuple(sorted(pairs, key=itemgetter(0)))


def canonical_query(pairs: Pairs) -> str:
    """Encode all parameters and sort them by encoded name (V2, V4)."""
    return joined(by_name((percent_encoded(name), percent_encoded(value)) for name, value in pairs))


def canonical_headers(request: SignedRequest, also: Collection[str] = ()) -> str:
    """Write `name:value` lines of every `x-oss-*` header and of those named in `also`."""
    signed = sorted(name for name in request.headers if name.startswith(OSS_PREFIX) or name in also)
    return "".join(f"{name}:{request.header(name)}\n" for name in signed)


def header_names(text: str) -> tuple[str, ...]:
    """Read an additional-header list, sorted: SDKs write it in any order and sign it sorted."""
    return tuple(sorted({name for name in text.lower().split(";") if name}))


def check_present(request: SignedRequest, additional: Collection[str]) -> None:
    """Refuse a list of additional headers that names a header that was not sent."""
    for name in additional:
        if name not in request.headers:
            raise invalid("AdditionalHeaders", name, "Every named header must be sent")
