"""Dates as HTTP, XML bodies and signatures write them."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

HTTP_FORMAT = "%a, %d %b %Y %H:%M:%S GMT"
BASIC_FORMAT = "%Y%m%dT%H%M%SZ"
"""Basic format of ISO 8601, which signature version 4 uses."""


def http_date(moment: datetime) -> str:
    """Write an HTTP date: `Sat, 01 Aug 2026 09:30:00 GMT`."""
    return format_datetime(moment, usegmt=True)


def write_date(moment: datetime, form: str) -> str:
    """Write a moment in UTC in a format of `strftime`."""
    return moment.astimezone(UTC).strftime(form)


def parse_http_date(text: str) -> datetime | None:
    """Read an HTTP date in any of its formats, in UTC; None for anything else."""
    try:
        date = parsedate_to_datetime(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def iso_date(moment: datetime) -> str:
    """Write a moment in UTC with milliseconds: `2026-08-01T09:30:00.000Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
