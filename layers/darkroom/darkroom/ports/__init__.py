"""Ports of the use cases: protocols of one to four methods, implemented by adapters.

Bucket names are OSS bucket names; an adapter maps them to its own.
"""

from collections.abc import Callable
from datetime import datetime

type Clock = Callable[[], datetime]
"""Returns the current time in UTC, with its time zone."""
