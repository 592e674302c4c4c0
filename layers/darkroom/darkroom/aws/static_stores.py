"""Stores of a deployment without a secret for access keys or without a table."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from msgspec import Struct

from darkroom.auth import AccessKey
from darkroom.buckets import Bucket, Styles
from darkroom.errors import Code, OssError
from darkroom.settings import BucketEntry


class NullCredentials:
    """Without a secret there are no keys."""

    def find(self, _key_id: str) -> AccessKey | None:
        """Return None for every id."""
        return None


class ConfiguredBuckets(Struct, frozen=True, kw_only=True):
    """Without a table the settings are those of the deployment."""

    entries: Mapping[str, BucketEntry]

    def find(self, name: str) -> Bucket | None:
        """Return a bucket by its OSS name, None if it is not configured."""
        entry = self.entries.get(name)
        return entry.bucket if entry else None

    def current(self, name: str) -> Bucket:
        """Return the configured settings."""
        return self.entries[name].bucket

    def save(self, _bucket: Bucket) -> None:
        """Raise `NotImplemented`: there is no table."""
        raise OssError(Code.NOT_IMPLEMENTED, "This service keeps no settings of buckets.")


class NullStyleStore:
    """Without a table there are no styles."""

    def recent(self, _bucket: str, _age: timedelta) -> Styles:
        """Return no styles."""
        return {}

    def current(self, _bucket: str) -> Styles:
        """Return no styles."""
        return {}

    def update(self, _bucket: str, _change: Callable[[Styles], Styles]) -> None:
        """Raise `NotImplemented`: there is no table."""
        raise OssError(Code.NOT_IMPLEMENTED, "This service keeps no styles.")
