"""Saved styles of a bucket (spec 04 §1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A process value under a name, in whole seconds as to its times."""

    name: str
    content: str
    category: str = "image"
    created: datetime
    modified: datetime


type Styles = Mapping[str, Style]
"""By name, in the order of creation."""
