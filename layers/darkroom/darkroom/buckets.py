"""What an operator settles for a bucket: who may read it and how its names are understood."""

from dataclasses import dataclass
from enum import StrEnum


class Acl(StrEnum):
    """Who may do what without a key (spec 01 §4)."""

    PRIVATE = "private"
    PUBLIC_READ = "public-read"
    PUBLIC_READ_WRITE = "public-read-write"

    @property
    def anyone_reads(self) -> bool:
        """Whether anonymous callers may read."""
        return self is not Acl.PRIVATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One bucket by its OSS name, with its settings."""

    name: str
    acl: Acl = Acl.PRIVATE
