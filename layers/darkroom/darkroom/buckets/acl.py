"""Canned access control lists of buckets and objects (spec 01 §4)."""

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
