"""One bucket with its settings."""

from dataclasses import dataclass, field

from darkroom.buckets.acl import Acl
from darkroom.buckets.cors import CorsRule
from darkroom.buckets.events import EventRule
from darkroom.buckets.protection import Protection

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
