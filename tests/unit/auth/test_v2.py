"""Signature version 2, rule by rule (spec 01 §5.3)."""

from datetime import timedelta

import pytest

from darkroom.auth import SignedRequest, v2, verify
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
RANGED = request(headers={"range": "bytes=0-9", "if-modified-since": "yesterday"})
SIGNED = oss_client.v2_header(RANGED, KEY, now=NOW, additional=["Range", "if-modified-since"])
SIGNED_URL = oss_client.v2_url(RANGED, KEY, expires=EXPIRES, additional=["range"])


def test_the_string_to_sign() -> None:
    """Slashes of the path are encoded, too; names are sorted after encoding."""
    sent = request(
        key="a b/c",
        query=(("b", ""), ("a/", "1,2")),
        headers={"x-oss-meta-a": "1", "range": "r", "accept": "any", "content-type": "t"},
    )
    assert v2.string_to_sign(sent, "DATE", ("range",)) == (
        "GET\n\nt\nDATE\nrange:r\nx-oss-meta-a:1\nrange\n%2Foss-example%2Fa%20b%2Fc?a%2F=1%2C2&b"
    )


def test_without_parameters_the_resource_is_the_path() -> None:
    """The resource contains no question mark."""
    assert v2.string_to_sign(request(query=()), "", ()).endswith("\n%2Foss-example%2Fexample.jpg")


def test_header_and_url_verify() -> None:
    """Both forms verify."""
    for signed in (SIGNED, SIGNED_URL):
        assert verify(signed, credentials=KEYRING, now=NOW) == KEY.caller()


def test_additional_headers_are_listed_in_any_order() -> None:
    """oss2 lists them unsorted but signs them sorted."""
    value = SIGNED.header("authorization")
    turned = value.replace("if-modified-since;range", "range;if-modified-since")
    assert turned != value
    sent = SIGNED.with_headers({"authorization": turned})
    assert verify(sent, credentials=KEYRING, now=NOW) == KEY.caller()


@pytest.mark.parametrize("sent", [SIGNED, SIGNED_URL], ids=["header", "url"])
def test_an_additional_header_must_be_sent(sent: SignedRequest) -> None:
    """A listed header that is missing raises InvalidArgument."""
    error = refusal(without_header(sent, "range"))
    assert error.code is Code.INVALID_ARGUMENT
    assert "range" in error.message


@pytest.mark.parametrize(
    "value",
    [
        "OSS2 ",
        "OSS2 ak:signature",
        "OSS2 AccessKeyId:ak",
        "OSS2 AccessKeyId:ak,Signature:",
        "OSS2 AccessKeyId:ak,Signature:s,Signature:s",
        "OSS2 AccessKeyId:ak,Signature:s,Other:o",
    ],
)
def test_an_incomplete_authorization_is_malformed(value: str) -> None:
    """Fields are named, each occurs once, and unknown fields are refused."""
    error = refusal(SIGNED.with_headers({"authorization": value}))
    assert (error.code, error.message) == (
        Code.INVALID_ARGUMENT,
        "Authorization header is invalid.",
    )


def test_the_date_is_checked_as_in_version_1() -> None:
    """A missing date raises AccessDenied, a late one RequestTimeTooSkewed."""
    assert refusal(without_header(SIGNED, "date")).code is Code.ACCESS_DENIED
    late = NOW + timedelta(seconds=901)
    assert refusal(SIGNED, now=late).code is Code.REQUEST_TIME_TOO_SKEWED


@pytest.mark.parametrize("name", ["x-oss-expires", "x-oss-access-key-id", "x-oss-signature"])
def test_a_url_needs_its_parameters(name: str) -> None:
    """The version parameter requires each of the others."""
    error = refusal(without_parameter(SIGNED_URL, name))
    assert error.code is Code.ACCESS_DENIED
    assert error.message == (
        "Query string authentication requires the x-oss-expires, x-oss-access-key-id "
        "and x-oss-signature parameters."
    )


def test_the_expiry_is_checked_as_in_version_1() -> None:
    """`x-oss-expires` is a Unix time, not a duration."""
    assert refusal(with_parameter(SIGNED_URL, "x-oss-expires", "soon")).code is Code.ACCESS_DENIED
    late = NOW + timedelta(seconds=601)
    assert refusal(SIGNED_URL, now=late).message == "Request has expired."
