"""What operators store: bucket settings, styles, the CDN's secret."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from darkroom.buckets import Bucket, Styles


class OriginVerifier(Protocol):
    """What stands before this service, so that nobody gets past it."""

    def verify(self, token: str) -> bool:
        """Tell whether the front added that word; several hold while they change."""


class BucketStore(Protocol):
    """The buckets that are served, with their settings."""

    def find(self, name: str) -> Bucket | None:
        """Look one up by its OSS name, with settings that were true at most 30 s ago.

        None means that there is no such bucket.
        """

    def current(self, name: str) -> Bucket:
        """Give the settings of a bucket that is served as they are now."""

    def save(self, bucket: Bucket) -> None:
        """Replace the settings of a bucket that is served."""


class StyleStore(Protocol):
    """The styles of buckets that are served; `InternalError` when it cannot be read."""

    def recent(self, bucket: str, max_age: timedelta) -> Styles:
        """Give the styles as they were at most so long ago."""

    def current(self, bucket: str) -> Styles:
        """Give the styles as they are now."""

    def update(self, bucket: str, change: Callable[[Styles], Styles]) -> None:
        """Replace the styles by what `change` makes of the current ones, all or nothing.

        It is called again when another one was faster, and may raise to leave all as it is.
        """
