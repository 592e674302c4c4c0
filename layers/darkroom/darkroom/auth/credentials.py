"""Access keys and what they allow (decision 008)."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

ANY_BUCKET = "*"


class Permission(StrEnum):
    """Permission of a key on its buckets; none of them includes another."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Caller(Struct, frozen=True, kw_only=True):
    """The sender of a request, as far as a signature proves it; holds no secret."""

    key_id: str | None = None
    """None for an anonymous caller."""
    buckets: frozenset[str] = frozenset()
    """OSS names; `*` stands for every bucket."""
    permissions: frozenset[Permission] = frozenset()

    @property
    def anonymous(self) -> bool:
        """Whether the request has no signature."""
        return self.key_id is None

    def may(self, permission: Permission, bucket: str) -> bool:
        """Return whether the key grants the permission on the bucket; without a key, False."""
        granted = bucket in self.buckets or ANY_BUCKET in self.buckets
        return granted and permission in self.permissions


ANONYMOUS = Caller()


class SecurityToken(Struct, frozen=True, kw_only=True):
    """Makes a key temporary: required with every request, until `expires`."""

    value: str
    expires: datetime

    def __repr__(self) -> str:
        """Leave the value out."""
        return f"SecurityToken(expires={self.expires!r})"


class AccessKey(Struct, frozen=True, kw_only=True):
    """A stored access key; an empty id or secret raises `ValueError`."""

    id: str
    secret: str
    buckets: frozenset[str] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    token: SecurityToken | None = None
    active: bool = True
    """An inactive key is treated as unknown."""

    def __post_init__(self) -> None:
        """Refuse an empty id or secret: anybody could sign with it."""
        if not self.id or not self.secret:
            raise ValueError("an access key needs an id and a secret")

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"AccessKey(id={self.id!r})"

    def caller(self) -> Caller:
        """Return the caller who signs with this key."""
        return Caller(key_id=self.id, buckets=self.buckets, permissions=self.permissions)


class Credentials(Protocol):
    """Store of access keys; several may be active at once, so that they rotate."""

    def find(self, key_id: str) -> AccessKey | None:
        """Return the key of an id as the caller wrote it, None if there is none."""
