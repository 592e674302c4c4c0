"""Signature version 4 (spec 01 §5.4), and the rules that headers and URLs share."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from darkroom.auth import SignedRequest, v4, verify
from darkroom.errors import Code
from darkroom.http_dates import http_date
from tests.unit.auth.sdk_capture import (
    KEY,
    NOW,
    Keyring,
    refusal,
    request,
    with_parameter,
    without_header,
)
from tools import oss_client

KEYRING = Keyring()
RANGED = request(headers={"range": "bytes=0-9"})
SIGNED = oss_client.v4_header(RANGED, KEY, now=NOW, region="any", additional=["Range"])
SIGNED_URL = oss_client.v4_url(
    RANGED, KEY, now=NOW, lifetime=600, region="any", additional=["range"]
)


def reauthorized(change: Callable[[str], str]) -> SignedRequest:
    """Return the signed request with its `Authorization` header changed."""
    return SIGNED.with_headers({"authorization": change(SIGNED.header("authorization"))})


def test_the_canonical_request() -> None:
    """A slash is plain in the path and encoded in the query."""
    sent = request(
        key="a b/c",
        query=(("b", ""), ("a/", "1,2")),
        headers={"x-oss-b": "1", "range": " r ", "host": "h", "content-type": "t"},
    )
    assert v4.canonical_request(sent, sent.query, ("range",)) == (
        "GET\n/oss-example/a%20b/c\na%2F=1%2C2&b\n"
        "content-type:t\nrange:r\nx-oss-b:1\n\nrange\nUNSIGNED-PAYLOAD"
    )


@pytest.mark.parametrize(
    ("sent", "path"),
    [(request(bucket=None, key=""), "/"), (request(key=""), "/oss-example/")],
    ids=["service", "bucket"],
)
def test_the_path_of_service_or_bucket(sent: SignedRequest, path: str) -> None:
    """A path without a key ends in a slash."""
    assert v4.canonical_request(sent, (), ()).splitlines()[1] == path


@pytest.mark.parametrize("region", ["cn-hangzhou", "us-east-1", "", "auto"])
def test_any_region_is_accepted(region: str) -> None:
    """The signing key depends on the region (decision 030)."""
    signed = oss_client.v4_header(request(), KEY, now=NOW, region=region)
    assert verify(signed, credentials=KEYRING, now=NOW) == KEY.caller()


def test_fields_may_come_in_any_order_with_or_without_blanks() -> None:
    """oss2 writes a blank after each comma and the additional headers last."""
    scheme, _, rest = SIGNED.header("authorization").partition(" ")
    turned = ", ".join(reversed(rest.split(",")))
    sent = SIGNED.with_headers({"authorization": f"{scheme} {turned}"})
    assert verify(sent, credentials=KEYRING, now=NOW) == KEY.caller()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Credential=ak/20260901/any/oss/aliyun_v4_request",
        "Signature=00",
        "Credential=ak/20260901/any/oss,Signature=00",
        "Credential=ak,Signature=00",
        "Credential=ak/20260901/any/oss/aliyun_v4_request,Signature=00,Signature=00",
        "Credential=ak/20260901/any/oss/aliyun_v4_request,Signature=00,Other=1",
    ],
)
def test_an_incomplete_authorization_is_malformed(value: str) -> None:
    """Fields are named, each occurs once, none is unknown, and the credential has five parts."""
    error = refusal(SIGNED.with_headers({"authorization": f"OSS4-HMAC-SHA256 {value}"}))
    assert (error.code, error.message) == (
        Code.INVALID_ARGUMENT,
        "Authorization header is invalid.",
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/20260901/", "/20260902/"),
        ("/oss/", "/oss-cloudbox/"),
        ("/aliyun_v4_request", "/aws4_request"),
        ("/any/", "/other/"),
    ],
)
def test_another_scope_does_not_match(old: str, new: str) -> None:
    """The scope's date must be that of `x-oss-date`, its product `oss` (C-26)."""
    sent = reauthorized(lambda value: value.replace(old, new))
    assert refusal(sent).code is Code.SIGNATURE_DOES_NOT_MATCH
    url = with_parameter(
        SIGNED_URL, "x-oss-credential", "ak/20260901/any/oss/aliyun_v4_request".replace(old, new)
    )
    assert refusal(url).code is Code.SIGNATURE_DOES_NOT_MATCH


def test_upper_case_signatures_do_not_match() -> None:
    """The signature is lower-case hexadecimal."""
    head, _, signature = SIGNED.header("authorization").rpartition("=")
    sent = SIGNED.with_headers({"authorization": f"{head}={signature.upper()}"})
    assert refusal(sent).code is Code.SIGNATURE_DOES_NOT_MATCH


@pytest.mark.parametrize(
    "date", ["", "20260901", "2026-09-01T12:00:00Z", "20260901T120000", "٢0260901T120000Z"]
)
def test_the_date_must_be_in_basic_form(date: str) -> None:
    """Any other form raises AccessDenied, as in version 1."""
    for sent in (
        SIGNED.with_headers({"x-oss-date": date}),
        with_parameter(SIGNED_URL, "x-oss-date", date),
    ):
        error = refusal(sent)
        assert error.code is Code.ACCESS_DENIED
        assert error.message == "OSS authentication requires a valid Date."


def dated(name: str, text: str, day: str = "20260901") -> SignedRequest:
    """Sign a request as Go's SDK v1 does: with a date as HTTP writes it."""
    unsigned = request(headers={name: text, "x-oss-content-sha256": "UNSIGNED-PAYLOAD"})
    scope = v4.Scope(day, "any")
    canonical = v4.canonical_request(unsigned, unsigned.query, ())
    signature = v4.sign(scope, KEY.secret, v4.string_to_sign(text, scope, canonical))
    credential = f"Credential={KEY.id}/{scope.text()}"
    value = f"{v4.SCHEME} {credential},Signature={signature}"
    return unsigned.with_headers({"authorization": value})


@pytest.mark.parametrize("name", ["date", "x-oss-date"])
def test_a_date_as_http_writes_it_is_signed_as_it_was_sent(name: str) -> None:
    """Go's SDK v1 and ossutil 1 send `Date` alone, a test of the C SDK that form (spec 01 §5.4)."""
    text = http_date(NOW)
    assert verify(dated(name, text), credentials=KEYRING, now=NOW) == KEY.caller()
    assert refusal(dated(name, text, "20260902")).code is Code.SIGNATURE_DOES_NOT_MATCH
    late = http_date(NOW + timedelta(minutes=16))
    assert refusal(dated(name, late)).code is Code.REQUEST_TIME_TOO_SKEWED
    other = dated(name, text).with_headers({name: http_date(NOW + timedelta(minutes=1))})
    assert refusal(other).code is Code.SIGNATURE_DOES_NOT_MATCH


def test_the_date_header_has_no_basic_form() -> None:
    """A request without `x-oss-date` is denied if its `Date` is not HTTP's."""
    sent = without_header(SIGNED, "x-oss-date").with_headers({"date": SIGNED.header("x-oss-date")})
    assert refusal(sent).message == "OSS authentication requires a valid Date."


@pytest.mark.parametrize(
    ("seconds", "passes"), [(-901, False), (-900, True), (900, True), (901, False)]
)
def test_fifteen_minutes_of_skew_are_allowed(seconds: int, passes: bool) -> None:
    """A skew of exactly fifteen minutes is accepted in both directions."""
    now = NOW + timedelta(seconds=seconds)
    if passes:
        assert verify(SIGNED, credentials=KEYRING, now=now) == KEY.caller()
    else:
        assert refusal(SIGNED, now=now).code is Code.REQUEST_TIME_TOO_SKEWED


def test_the_content_sha256_header_is_required() -> None:
    """A header signature without `x-oss-content-sha256` raises InvalidArgument."""
    error = refusal(without_header(SIGNED, "x-oss-content-sha256"))
    assert error.code is Code.INVALID_ARGUMENT
    assert "x-oss-content-sha256" in error.message


def test_a_signed_digest_binds_the_body() -> None:
    """A value other than UNSIGNED-PAYLOAD must be the body's SHA-256 (C-25)."""
    digest = hashlib.sha256(b"body").hexdigest()
    sent = request("PUT", headers={"x-oss-content-sha256": digest})
    for signed in (
        oss_client.v4_header(sent, KEY, now=NOW, region="any"),
        oss_client.v4_url(sent, KEY, now=NOW, lifetime=600, region="any"),
    ):
        right = replace(signed, body=lambda: b"body")
        assert verify(right, credentials=KEYRING, now=NOW) == KEY.caller()
        wrong = refusal(replace(signed, body=lambda: b"other"))
        assert wrong.code is Code.INVALID_ARGUMENT
        assert "x-oss-content-sha256" in wrong.message


def test_the_body_is_not_read_without_need() -> None:
    """The body is read neither for an unsigned payload nor for a wrong signature."""

    def untouched() -> bytes:
        raise AssertionError("the body was read")

    assert verify(replace(SIGNED, body=untouched), credentials=KEYRING, now=NOW) == KEY.caller()
    digest = {"x-oss-content-sha256": "0" * 64}
    wrong = replace(SIGNED, body=untouched).with_headers(digest)
    assert refusal(wrong).code is Code.SIGNATURE_DOES_NOT_MATCH


@pytest.mark.parametrize("sent", [SIGNED, SIGNED_URL], ids=["header", "url"])
def test_an_additional_header_must_be_sent(sent: SignedRequest) -> None:
    """A listed header that is missing raises InvalidArgument."""
    error = refusal(without_header(sent, "range"))
    assert error.code is Code.INVALID_ARGUMENT
    assert "range" in error.message
