"""What the use cases need from outside, declared where it is used: protocols of 1-4 methods.

Bucket names are OSS bucket names throughout; an adapter maps them to its own.
"""

from collections.abc import Callable
from datetime import datetime

type Clock = Callable[[], datetime]
"""The present moment in UTC, with its time zone."""
