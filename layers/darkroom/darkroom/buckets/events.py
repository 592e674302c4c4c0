"""Rules of a bucket: what is made of every object that comes into it."""

from dataclasses import dataclass
from datetime import datetime


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
