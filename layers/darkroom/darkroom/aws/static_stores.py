"""What a deployment has that keeps neither access keys nor settings of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from darkroom.auth import AccessKey
from darkroom.buckets import Bucket, Styles
from darkroom.errors import Code, OssError
from darkroom.settings import BucketEntry


class NullCredentials:
    """No secret: nobody has a key."""

    def find(self, _key_id: str) -> AccessKey | None:
        """Know nobody."""
        return None


@dataclass(frozen=True, kw_only=True)
class ConfiguredBuckets:
    """No table: the settings are those that the deployment lists."""

    entries: Mapping[str, BucketEntry]

    def find(self, name: str) -> Bucket | None:
        """Look one up by its OSS name."""
        entry = self.entries.get(name)
        return entry.bucket if entry else None

    def current(self, name: str) -> Bucket:
        """Give the listed settings."""
        return self.entries[name].bucket

    def save(self, _bucket: Bucket) -> None:
        """Have nowhere to save them."""
        raise OssError(Code.NOT_IMPLEMENTED, "This service keeps no settings of buckets.")


class NullStyleStore:
    """No table: there are no styles."""

    def recent(self, _bucket: str, _age: timedelta) -> Styles:
        """Know none."""
        return {}

    def current(self, _bucket: str) -> Styles:
        """Know none."""
        return {}

    def update(self, _bucket: str, _change: Callable[[Styles], Styles]) -> None:
        """Have nowhere to keep them."""
        raise OssError(Code.NOT_IMPLEMENTED, "This service keeps no styles.")
