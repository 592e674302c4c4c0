"""The `Accept` header: which formats a client names besides those that every browser shows."""

import re

from darkroom.imaging.negotiation import AcceptedFormat

_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*", re.ASCII | re.IGNORECASE)
"""The weight of a type that the client does not accept."""


def accepted_format(header: str) -> AcceptedFormat:
    """Return the best format that the header names; `*/*` and `image/*` name none (C-183)."""
    named = {_accepted_type(part) for part in header.split(",")}
    if "image/avif" in named:
        return AcceptedFormat.AVIF
    return AcceptedFormat.WEBP if "image/webp" in named else AcceptedFormat.NONE


def _accepted_type(part: str) -> str:
    """Return the media type in lower case, empty where its weight is 0."""
    media_type, *parameters = part.split(";")
    refused = any(_REFUSED.fullmatch(parameter) for parameter in parameters)
    return "" if refused else media_type.strip().lower()
