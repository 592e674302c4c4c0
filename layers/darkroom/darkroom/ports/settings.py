"""Stores of what operators configure: bucket settings, styles, the CDN's secret."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from darkroom.buckets import Bucket, Styles


class OriginVerifier(Protocol):
    """Verifies that a request came through the CDN."""

    def verify(self, token: str) -> bool:
        """Return whether the CDN sent this token; during a rotation several are valid."""


class BucketStore(Protocol):
    """The configured buckets, with their settings."""

    def find(self, name: str) -> Bucket | None:
        """Return a bucket by its OSS name, with settings at most 30 s old; None for any other."""

    def current(self, name: str) -> Bucket:
        """Return the current settings of a configured bucket."""

    def save(self, bucket: Bucket) -> None:
        """Replace the settings of a configured bucket."""


class StyleStore(Protocol):
    """The styles of configured buckets; raises `InternalError` where they cannot be read."""

    def recent(self, bucket: str, max_age: timedelta) -> Styles:
        """Return the styles, at most `max_age` old."""

    def current(self, bucket: str) -> Styles:
        """Return the current styles."""

    def update(self, bucket: str, change: Callable[[Styles], Styles]) -> None:
        """Replace the styles by `change` of the current ones, all or nothing.

        `change` is called again after a concurrent write, and may raise to leave the styles as they
        are.
        """
