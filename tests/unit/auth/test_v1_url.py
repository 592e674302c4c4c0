"""Signature version 1 in a URL, rule by rule (spec 01 §5.2)."""

from datetime import timedelta

import pytest

from darkroom.auth import v1, verify
from darkroom.errors import Code
from tests.unit.auth.sdk_capture import (
    KEY,
    NOW,
    Keyring,
    refusal,
    request,
    with_parameter,
    without_header,
    without_parameter,
)
from tools import oss_client

KEYRING = Keyring()
EXPIRES = int(NOW.timestamp()) + 600
SIGNED_URL = oss_client.v1_url(request(), KEY, expires=EXPIRES)


@pytest.mark.parametrize(
    "missing", [(name,) for name in v1.URL_PARAMETERS] + [v1.URL_PARAMETERS[:2]]
)
def test_a_url_needs_all_three_parameters(missing: tuple[str, ...]) -> None:
    """A URL with only some of them is denied before any other check."""
    sent = with_parameter(SIGNED_URL, "Expires", "nonsense")
    for name in missing:
        sent = without_parameter(sent, name)
    error = refusal(sent)
    assert error.code is Code.ACCESS_DENIED
    assert error.message == (
        "Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters."
    )


@pytest.mark.parametrize(
    "expires", ["", "soon", "1e9", " 1788264600", "+1788264600", "1_0", "٣", "9" * 20, "9" * 5000]
)
def test_expires_must_be_an_integer(expires: str) -> None:
    """Only ASCII digits of a 64-bit number are accepted; checked before the key id."""
    sent = with_parameter(with_parameter(SIGNED_URL, "Expires", expires), "OSSAccessKeyId", "?")
    error = refusal(sent)
    assert error.code is Code.ACCESS_DENIED
    assert error.message == "Invalid date (should be seconds since epoch)."


@pytest.mark.parametrize("expires", ["0", "-1", str(int(NOW.timestamp()) - 1)])
def test_an_expired_url_is_denied_before_its_signature(expires: str) -> None:
    """The expiry is checked before key id and signature."""
    sent = with_parameter(with_parameter(SIGNED_URL, "Expires", expires), "OSSAccessKeyId", "?")
    error = refusal(sent)
    assert (error.code, error.message) == (Code.ACCESS_DENIED, "Request has expired.")


def test_a_url_is_valid_until_its_expiry_without_a_maximum() -> None:
    """A URL expires after its second has passed; the second may be any 64-bit number."""
    last = NOW + timedelta(seconds=600)
    assert verify(SIGNED_URL, credentials=KEYRING, now=last) == KEY.caller()
    assert refusal(SIGNED_URL, now=last + timedelta(milliseconds=1)).code is Code.ACCESS_DENIED
    far = oss_client.v1_url(request(), KEY, expires=2**63 - 1)
    assert verify(far, credentials=KEYRING, now=NOW) == KEY.caller()


def test_an_unknown_key_comes_before_a_wrong_signature() -> None:
    """A URL with both errors raises InvalidAccessKeyId."""
    sent = with_parameter(with_parameter(SIGNED_URL, "OSSAccessKeyId", "?"), "Signature", "?")
    assert refusal(sent).code is Code.INVALID_ACCESS_KEY_ID


def test_a_wrong_signature_is_checked_last() -> None:
    """With valid time and key id, a wrong signature raises SignatureDoesNotMatch."""
    assert (
        refusal(with_parameter(SIGNED_URL, "Signature", "?")).code is Code.SIGNATURE_DOES_NOT_MATCH
    )


def test_the_date_header_of_a_url_request_is_ignored() -> None:
    """A signed URL does not depend on the client's clock."""
    sent = SIGNED_URL.with_headers({"date": "nonsense"})
    assert verify(sent, credentials=KEYRING, now=NOW) == KEY.caller()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_a_url_may_be_signed_for_any_method(method: str) -> None:
    """The signed headers must then be sent."""
    headers = {"content-type": "image/png", "x-oss-meta-a": "1"}
    signed = oss_client.v1_url(request(method, headers=headers), KEY, expires=EXPIRES)
    assert verify(signed, credentials=KEYRING, now=NOW) == KEY.caller()
    assert refusal(without_header(signed, "x-oss-meta-a")).code is Code.SIGNATURE_DOES_NOT_MATCH


def test_the_first_of_a_repeated_signature_parameter_counts() -> None:
    """Later occurrences are ignored."""
    sent = SIGNED_URL.with_query((("Signature", "?"), ("Expires", "0"), ("OSSAccessKeyId", "?")))
    assert verify(sent, credentials=KEYRING, now=NOW) == KEY.caller()


@pytest.mark.parametrize("name", ["x-oss-new", "x-oss-process"])
def test_every_x_oss_parameter_may_be_signed(name: str) -> None:
    """go-v2 signs all of them, known or not."""
    signed = oss_client.v1_url(request(query=((name, "1"),)), KEY, expires=EXPIRES)
    assert verify(signed, credentials=KEYRING, now=NOW) == KEY.caller()


def test_an_unknown_x_oss_parameter_may_be_unsigned() -> None:
    """oss2 signs a fixed list; parameters on that list must be signed (C-23)."""
    sent = SIGNED_URL.with_query((("x-oss-new", "1"),))
    assert verify(sent, credentials=KEYRING, now=NOW) == KEY.caller()
    listed = SIGNED_URL.with_query((("x-oss-traffic-limit", "1"),))
    assert refusal(listed).code is Code.SIGNATURE_DOES_NOT_MATCH


def test_other_parameters_are_not_covered() -> None:
    """`category` of PutStyle and unknown parameters are no sub-resources."""
    sent = SIGNED_URL.with_query((("category", "image"), ("utm_source", "mail")))
    assert verify(sent, credentials=KEYRING, now=NOW) == KEY.caller()
