"""One bucket with its settings: ACL, CORS, event rules, source protection, styles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Acl(StrEnum):
    """Who may do what without a key."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CorsRule:
    """Origins and request headers may hold one `*` for any text."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    """Reply headers that scripts may read."""
    max_age: int = 0
    """Seconds for which a browser may remember the answer; 0 leaves that to it."""

    def allows(self, origin: str, method: str, headers: Sequence[str] = ()) -> bool:
        """Tell whether a page of the origin may send such a request."""
        return (
            any(_matches(pattern, origin) for pattern in self.origins)
            and method in self.methods
            and all(
                any(_matches(pattern.lower(), header.lower()) for pattern in self.headers)
                for header in headers
            )
        )

    @property
    def any_origin(self) -> bool:
        """Whether the answer is the same for every origin."""
        return "*" in self.origins


def _matches(pattern: str, text: str) -> bool:
    start, star, end = pattern.partition("*")
    if not star:
        return text == pattern
    return len(text) >= len(start + end) and text.startswith(start) and text.endswith(end)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTarget:
    """One thing to be made: by an inline process or a style of the bucket, and its place."""

    process: str
    key: str
    """A template with the variables of saveas."""
    bucket: str | None = None
    """None for the bucket of the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """Makes its targets of objects whose key begins and ends so; empty ends ask nothing."""

    targets: tuple[RuleTarget, ...]
    prefix: str = ""
    suffix: str = ""
    since: datetime | None = None
    """When it was settled: objects from before are none of its business."""

    def fires_on(self, key: str, created: datetime) -> bool:
        """Tell whether an object of that key and time is meant."""
        if self.since is not None and created < self.since:
            return False
        return key.startswith(self.prefix) and key.endswith(self.suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionRule:
    """Keys that begin and end so; one of the two may be empty, which asks nothing."""

    prefix: str = ""
    suffix: str = ""
    ignore_case: bool = False

    def __post_init__(self) -> None:
        """Refuse a rule that would cover every object."""
        if not self.prefix and not self.suffix:
            raise ValueError("must have a prefix, a suffix or both")

    def covers(self, key: str) -> bool:
        """Tell whether both ends of the key match."""
        prefix, suffix = self.prefix, self.suffix
        if self.ignore_case:
            key, prefix, suffix = key.lower(), prefix.lower(), suffix.lower()
        return key.startswith(prefix) and key.endswith(suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The objects of a bucket that are protected: those of a suffix, and those of a rule."""

    enabled: bool = False
    suffixes: tuple[str, ...] = ()
    """File name extensions without their dot, in any case."""
    rules: tuple[ProtectionRule, ...] = ()

    def covers(self, key: str) -> bool:
        """Tell whether the object is protected; one match of any kind is enough."""
        if not self.enabled:
            return False
        extension = key.lower()
        return any(extension.endswith(f".{suffix.lower()}") for suffix in self.suffixes) or any(
            rule.covers(key) for rule in self.rules
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A process value under a name, in whole seconds as to its times."""

    name: str
    content: str
    category: str = "image"
    created: datetime
    modified: datetime


type Styles = Mapping[str, Style]
"""By name, in the order of creation."""


DELIMITERS = ("@!", "!", "/", "-", "_")
"""What may part a key from a style's name, in the order in which they are tried (C-150)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket by its OSS name."""

    name: str
    acl: Acl = Acl.PRIVATE
    delimiters: tuple[str, ...] = ()
    """Of `DELIMITERS`, in any order."""
    protection: Protection = field(default_factory=Protection)
    cors: tuple[CorsRule, ...] = ()
    """The first that allows a request counts."""
    events: tuple[EventRule, ...] = ()
    """All that fire on an object do."""
