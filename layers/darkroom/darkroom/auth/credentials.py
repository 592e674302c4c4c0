"""Access keys and what they allow (decision 008)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

ANY_BUCKET = "*"


class Permission(StrEnum):
    """What a key may do with its buckets; none of them includes another."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as far as a signature proves it; holds no secret."""

    key_id: str | None = None
    """None is an anonymous caller."""
    buckets: frozenset[str] = frozenset()
    """OSS names; `*` stands for every bucket."""
    permissions: frozenset[Permission] = frozenset()

    @property
    def anonymous(self) -> bool:
        """Whether nothing was signed."""
        return self.key_id is None

    def may(self, permission: Permission, bucket: str) -> bool:
        """Tell whether the key grants it there; an anonymous caller has no key."""
        granted = bucket in self.buckets or ANY_BUCKET in self.buckets
        return granted and permission in self.permissions


ANONYMOUS = Caller()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityToken:
    """What makes a key temporary: it must come with every request, until `expires`."""

    value: str = field(repr=False)
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A key as it is kept; an empty id or secret raises `ValueError`."""

    id: str
    secret: str = field(repr=False)
    buckets: frozenset[str] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    token: SecurityToken | None = None
    active: bool = True
    """A key that is not active counts as unknown."""

    def __post_init__(self) -> None:
        """Refuse what anybody could sign with."""
        if not self.id or not self.secret:
            raise ValueError("an access key needs an id and a secret")

    def caller(self) -> Caller:
        """Describe who signs with this key."""
        return Caller(key_id=self.id, buckets=self.buckets, permissions=self.permissions)


class Credentials(Protocol):
    """Where access keys are kept; several may be active at once, so that they rotate."""

    def find(self, key_id: str) -> AccessKey | None:
        """Look a key up by its id, as the caller wrote it."""
