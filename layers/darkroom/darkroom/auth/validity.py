"""Validity of signatures: dates, clock skew and expiry (spec 01 §5.1, §5.2, §5.5)."""

import re
from datetime import UTC, datetime, timedelta

from darkroom.auth.signed_request import SignedRequest
from darkroom.errors import Code, OssError
from darkroom.http_dates import BASIC_FORMAT, HTTP_FORMAT, write_date

EC_INVALID_DATE = "0002-00000503"

SKEW = timedelta(minutes=15)

_BASIC = re.compile(r"[0-9]{8}T[0-9]{6}Z", re.ASCII)

_SECONDS = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def parse_headers(request: SignedRequest) -> tuple[str, datetime]:
    """Return the date of a request that is signed in its header, as it was sent and as a moment.

    `x-oss-date` has one of two forms, and takes the place of `Date` (spec 01 §5.1, §5.4).
    """
    text = request.header("x-oss-date")
    if not text:
        text = request.header("date")
        return text, parse(text, HTTP_FORMAT)
    basic = _BASIC.fullmatch(text) is not None
    return text, parse(text, BASIC_FORMAT if basic else HTTP_FORMAT)


def parse(text: str, form: str) -> datetime:
    """Read a date written exactly in that format, or deny access (C-22)."""
    try:
        moment = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError as error:
        raise _invalid_date() from error
    # strptime also accepts a one-digit day, digits other than ASCII and any weekday.
    if write_date(moment, form) != text:
        raise _invalid_date()
    return moment


def check_skew(moment: datetime, now: datetime) -> None:
    """Refuse a signing time more than 15 minutes off, either way."""
    if abs(moment - now) > SKEW:
        raise OssError(Code.REQUEST_TIME_TOO_SKEWED)


def check_expires(text: str, now: datetime) -> None:
    """Refuse an expiry, in seconds since the epoch, that has passed."""
    if not _SECONDS.fullmatch(text):
        raise OssError(Code.ACCESS_DENIED, "Invalid date (should be seconds since epoch).")
    if now.timestamp() > int(text):
        raise _expired()


def check_lifetime(moment: datetime, seconds: int, now: datetime) -> None:
    """Refuse a time before `moment` less the skew (C-37) or later than `seconds` after it."""
    if moment - now > SKEW:
        raise OssError(Code.REQUEST_TIME_TOO_SKEWED)
    if now - moment > timedelta(seconds=seconds):
        raise _expired()


def _invalid_date() -> OssError:
    message = "OSS authentication requires a valid Date."
    return OssError(Code.ACCESS_DENIED, message, ec=EC_INVALID_DATE)


def _expired() -> OssError:
    return OssError(Code.ACCESS_DENIED, "Request has expired.")
