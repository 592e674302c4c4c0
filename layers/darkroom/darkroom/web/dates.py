"""Dates as XML bodies hold them."""

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """Write a moment in UTC with milliseconds: `2026-08-01T09:30:00.000Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
