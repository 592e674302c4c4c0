"""The `Accept` header: which formats a client names besides those that every browser shows."""

import re

from darkroom.imaging.negotiation import AcceptedFormat

_NAMED = re.compile(r"(?:^|,)\s*image/(avif|webp)\s*((?:;[^,]*)?)(?=,|$)", re.IGNORECASE)
_REFUSED = re.compile(r";\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)", re.IGNORECASE)
"""The weight of a type that the client does not accept."""


def accepted_format(header: str) -> AcceptedFormat:
    """Return the best format that the header names; `*/*` and `image/*` name none (C-183)."""
    named = {match[1].lower() for match in _NAMED.finditer(header) if not _REFUSED.search(match[2])}
    if "avif" in named:
        return AcceptedFormat.AVIF
    return AcceptedFormat.WEBP if named else AcceptedFormat.NONE
