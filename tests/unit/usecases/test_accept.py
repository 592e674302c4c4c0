"""The `Accept` header, reduced to one of three (spec 07 §1)."""

import pytest

from darkroom.imaging.negotiation import AcceptedFormat
from darkroom.usecases.accept import accepted_format

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SAFARI = "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,*/*;q=0.5"

NAMED = {
    CHROME: AcceptedFormat.AVIF,
    SAFARI: AcceptedFormat.AVIF,
    "image/avif": AcceptedFormat.AVIF,
    "IMAGE/AVIF ; Q=0.1": AcceptedFormat.AVIF,
    "text/html,image/avif;level=1;q=1.000": AcceptedFormat.AVIF,
    "image/webp,*/*": AcceptedFormat.WEBP,
    "image/webp": AcceptedFormat.WEBP,
    "image/avif;q=0,image/webp": AcceptedFormat.WEBP,
    "image/avif; q = 0.00 , image/webp;q=0.5": AcceptedFormat.WEBP,
    "image/webp;q=0.001": AcceptedFormat.WEBP,
    "image/webp;q=0": AcceptedFormat.NONE,
    "*/*": AcceptedFormat.NONE,
    "image/*": AcceptedFormat.NONE,
    "image/png,image/*;q=0.8,*/*;q=0.5": AcceptedFormat.NONE,
    "": AcceptedFormat.NONE,
    ",;,": AcceptedFormat.NONE,
    "image/avifs,image/webp2,ximage/webp": AcceptedFormat.NONE,
}


@pytest.mark.parametrize(("header", "accepted"), NAMED.items(), ids=NAMED)
def test_the_best_named_format_counts(header: str, accepted: AcceptedFormat) -> None:
    """A weight of 0 refuses a type; wildcards name none (C-183)."""
    assert accepted_format(header) is accepted
