"""Signature version 4 in a URL, rule by rule (spec 01 §5.5)."""

from datetime import timedelta

import pytest

from darkroom.auth import verify
from darkroom.errors import Code
from tests.unit.auth.sdk_capture import (
    KEY,
    NOW,
    Keyring,
    refusal,
    request,
    with_parameter,
    without_parameter,
)
from tools import oss_client

KEYRING = Keyring()
SIGNED_URL = oss_client.v4_url(request(), KEY, now=NOW, lifetime=600, region="any")


@pytest.mark.parametrize(
    ("name", "ec"),
    [
        ("x-oss-credential", None),
        ("x-oss-date", None),
        ("x-oss-expires", "0002-00000215"),
        ("x-oss-signature", None),
    ],
)
def test_a_url_needs_its_parameters(name: str, ec: str | None) -> None:
    """The version parameter requires each of the others (C-27)."""
    error = refusal(without_parameter(SIGNED_URL, name))
    assert (error.code, error.ec) == (Code.ACCESS_DENIED, ec)
    assert error.message == (
        "Query string authentication requires the x-oss-credential, x-oss-date, "
        "x-oss-expires and x-oss-signature parameters."
    )


@pytest.mark.parametrize("expires", ["", "0", "-1", "604801", "1788264600", "9" * 5000, "1.5", "٣"])
def test_the_lifetime_is_1_to_604800_seconds(expires: str) -> None:
    """`x-oss-expires` is a duration; any other value raises InvalidArgument (C-28)."""
    error = refusal(with_parameter(SIGNED_URL, "x-oss-expires", expires))
    assert error.code is Code.INVALID_ARGUMENT
    assert "x-oss-expires" in error.message


@pytest.mark.parametrize("lifetime", [1, 604_800])
def test_a_url_is_valid_from_the_skew_before_to_the_lifetime_after(lifetime: int) -> None:
    """Before, a URL is too skewed (C-37), after, expired; both limits are inclusive."""
    url = oss_client.v4_url(request(), KEY, now=NOW, lifetime=lifetime, region="any")
    first, last = NOW - timedelta(minutes=15), NOW + timedelta(seconds=lifetime)
    for moment in (first, last):
        assert verify(url, credentials=KEYRING, now=moment) == KEY.caller()
    step = timedelta(milliseconds=1)
    assert refusal(url, now=first - step).code is Code.REQUEST_TIME_TOO_SKEWED
    late = refusal(url, now=last + step)
    assert (late.code, late.message) == (Code.ACCESS_DENIED, "Request has expired.")


def test_an_expired_url_is_denied_before_its_signature() -> None:
    """The expiry is checked before key id and signature."""
    sent = with_parameter(SIGNED_URL, "x-oss-credential", "?/20260901/any/oss/aliyun_v4_request")
    error = refusal(sent, now=NOW + timedelta(seconds=601))
    assert error.message == "Request has expired."


def test_a_malformed_credential_is_an_invalid_argument() -> None:
    """A credential must have five parts."""
    error = refusal(with_parameter(SIGNED_URL, "x-oss-credential", "ak/20260901"))
    assert error.code is Code.INVALID_ARGUMENT
    assert "x-oss-credential" in error.message


def test_the_last_date_of_the_calendar_is_too_skewed() -> None:
    """The end of the year 9999 raises RequestTimeTooSkewed, not OverflowError."""
    error = refusal(with_parameter(SIGNED_URL, "x-oss-date", "99991231T235959Z"))
    assert error.code is Code.REQUEST_TIME_TOO_SKEWED
