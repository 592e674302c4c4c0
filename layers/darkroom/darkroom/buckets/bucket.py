"""A bucket's settings: ACL, delimiters, source protection, CORS, event rules; and a style.

The settings are declared as types of a JSON document (docs/buckets.md), whose member names are in
camel case. The constraints are checked when a document is decoded.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from darkroom.json_documents import InvalidMember


class Acl(StrEnum):
    """The rights of anonymous callers, on a bucket or an object."""

    PRIVATE = "private"
    PUBLIC_READ = "public-read"
    PUBLIC_READ_WRITE = "public-read-write"

    @property
    def anyone_reads(self) -> bool:
        """Whether anonymous callers may read."""
        return self is not Acl.PRIVATE

    @property
    def anyone_writes(self) -> bool:
        """Whether anonymous callers may write."""
        return self is Acl.PUBLIC_READ_WRITE


DELIMITERS = ("@!", "!", "/", "-", "_")
"""Separators of a key and a style's name, in the order in which they are tried (C-150)."""


def _text(pattern: str, expected: str) -> Meta:
    return Meta(pattern=rf"\A(?:{pattern})\Z", description=expected)


def _one_of(*words: str) -> Meta:
    return _text("|".join(map(re.escape, words)), f"one of {', '.join(words)}")


type _Delimiter = Annotated[str, _one_of(*DELIMITERS)]
type _Method = Annotated[str, _one_of("GET", "HEAD", "PUT", "POST", "DELETE")]
type _KeyPart = Annotated[str, _text(r"[^\0]{0,1023}", "a text of at most 1023 characters")]
type _KeyTemplate = Annotated[
    str, _text(r"[^\0]{1,1023}", "a key of 1 to 1023 characters, with variables in braces")
]
type _Extension = Annotated[
    str, _text("[A-Za-z0-9]{1,16}", "1 to 16 letters and digits, without the dot")
]
# A star begins an optional part: two adjacent repetitions of the same characters would take time
# that is quadratic in the length of a text that does not match.
type _Origin = Annotated[
    str,
    _text(
        r"(?=.{1,255}\Z)[!-)+-~]*(?:\*[!-)+-~]*)?",
        "an origin of at most 255 characters with one * at most",
    ),
]
type _HeaderPattern = Annotated[
    str,
    _text(
        r"(?=.{1,255}\Z)[A-Za-z0-9-]*(?:\*[A-Za-z0-9-]*)?",
        "a header's name of at most 255 characters with one * at most",
    ),
]
type _HeaderName = Annotated[
    str, _text("[A-Za-z0-9-]{1,255}", "a header's name of at most 255 characters")
]
type _Process = Annotated[
    str, _text(r"(image|style)/[^|]{1,4096}", "a process that begins with image/ or style/")
]
type _BucketName = Annotated[str, _text("[a-z0-9-]{3,63}", "a bucket's name")]


class _Document(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """An object without unknown members and without repeated values in its lists."""

    def __post_init__(self) -> None:
        """Raise `InvalidMember` for a list with a repeated value."""
        for field, member in zip(
            self.__struct_fields__, self.__struct_encode_fields__, strict=True
        ):
            value = getattr(self, field)
            if isinstance(value, tuple) and len(set(value)) < len(value):
                raise InvalidMember(member, "must not hold a value twice")


class CorsRule(_Document, frozen=True, kw_only=True):
    """A rule for pages of other origins.

    An origin and a request header may contain one `*`, which matches any text.
    """

    allowed_origins: Annotated[tuple[_Origin, ...], Meta(min_length=1, max_length=50)]
    allowed_methods: Annotated[tuple[_Method, ...], Meta(min_length=1, max_length=5)]
    allowed_headers: Annotated[tuple[_HeaderPattern, ...], Meta(max_length=50)] = ()
    expose_headers: Annotated[tuple[_HeaderName, ...], Meta(max_length=50)] = ()
    """Response headers that scripts may read."""
    max_age_seconds: Annotated[int, Meta(ge=0, le=999_999_999)] = 0
    """Seconds for which a browser may cache the preflight response; 0: the browser's default."""

    def allows(self, origin: str, method: str, headers: Sequence[str] = ()) -> bool:
        """Return whether a page of the origin may send a request of this method and headers."""
        return (
            any(_matches(pattern, origin) for pattern in self.allowed_origins)
            and method in self.allowed_methods
            and all(
                any(_matches(pattern.lower(), header.lower()) for pattern in self.allowed_headers)
                for header in headers
            )
        )

    @property
    def any_origin(self) -> bool:
        """Whether `*` is one of the origins: the response then allows every origin."""
        return "*" in self.allowed_origins


def _matches(pattern: str, text: str) -> bool:
    start, star, end = pattern.partition("*")
    if not star:
        return text == pattern
    return len(text) >= len(start + end) and text.startswith(start) and text.endswith(end)


class RuleTarget(_Document, frozen=True, kw_only=True):
    """An inline process or a style of the bucket, and the bucket and key of its result."""

    process: _Process
    key: _KeyTemplate
    """A template with the variables of saveas."""
    bucket: _BucketName | None = None
    """None: the bucket of the rule."""


class EventRule(_Document, frozen=True, kw_only=True):
    """Makes its targets of new objects whose key has the prefix and the suffix.

    An empty prefix or suffix matches every key.
    """

    targets: Annotated[tuple[RuleTarget, ...], Meta(min_length=1, max_length=10)]
    prefix: _KeyPart = ""
    suffix: _KeyPart = ""
    since: Annotated[datetime, Meta(tz=True)] | None = None
    """When the rule was saved: it does not apply to objects that were created before."""

    def fires_on(self, key: str, created: datetime) -> bool:
        """Return whether the rule applies to an object by its key and its time of creation."""
        if self.since is not None and created < self.since:
            return False
        return key.startswith(self.prefix) and key.endswith(self.suffix)


class ProtectionRule(_Document, frozen=True, kw_only=True):
    """Protects keys that have the prefix and the suffix; one of the two may be empty."""

    prefix: _KeyPart = ""
    suffix: _KeyPart = ""
    ignore_case: bool = False

    def __post_init__(self) -> None:
        """Raise `InvalidMember` for a rule with neither of them: it would cover every key."""
        if not self.prefix and not self.suffix:
            raise InvalidMember("", "must have a prefix, a suffix or both")

    def covers(self, key: str) -> bool:
        """Return whether the key has the prefix and the suffix."""
        prefix, suffix = self.prefix, self.suffix
        if self.ignore_case:
            key, prefix, suffix = key.lower(), prefix.lower(), suffix.lower()
        return key.startswith(prefix) and key.endswith(suffix)


class Protection(_Document, frozen=True, kw_only=True):
    """Source protection: callers without `read` get the objects that it covers with styles only."""

    enabled: bool = False
    suffixes: Annotated[tuple[_Extension, ...], Meta(max_length=50)] = ()
    """File name extensions without the dot, case-insensitive."""
    rules: Annotated[tuple[ProtectionRule, ...], Meta(max_length=10)] = ()

    def covers(self, key: str) -> bool:
        """Return whether protection is enabled and the key has a suffix or matches a rule."""
        if not self.enabled:
            return False
        lower_key = key.lower()
        return any(lower_key.endswith(f".{suffix.lower()}") for suffix in self.suffixes) or any(
            rule.covers(key) for rule in self.rules
        )


class Style(Struct, frozen=True, kw_only=True):
    """A named process value; its times are whole seconds."""

    name: str
    content: str
    category: str = "image"
    created: datetime
    modified: datetime


type Styles = Mapping[str, Style]
"""Styles by name, in the order of creation."""


class BucketSettings(_Document, frozen=True, kw_only=True):
    """The settings of a bucket without its name: the whole document."""

    acl: Acl = Acl.PRIVATE
    delimiters: Annotated[tuple[_Delimiter, ...], Meta(max_length=5)] = ()
    """Some of `DELIMITERS`, in any order."""
    protection: Protection = Protection()
    cors: Annotated[tuple[CorsRule, ...], Meta(max_length=10)] = ()
    """The first rule that allows a request applies."""
    events: Annotated[tuple[EventRule, ...], Meta(max_length=20)] = ()
    """All rules that match an object apply."""

    def of(self, name: str) -> "Bucket":
        """Return a bucket of this name with these settings."""
        fields = BucketSettings.__struct_fields__
        return Bucket(name=name, **{field: getattr(self, field) for field in fields})


class Bucket(BucketSettings, frozen=True, kw_only=True):
    """A bucket's settings with its OSS name."""

    name: str
