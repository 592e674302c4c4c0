"""Signature version 1 in a header, and the rules that headers and URLs share (spec 01 §5.1)."""

from datetime import timedelta

import pytest

from darkroom import http_dates
from darkroom.auth import SignedRequest, v1, verify
from darkroom.errors import Code
from tests.unit.auth.sdk_capture import (
    KEY,
    NOW,
    Keyring,
    refusal,
    request,
    without_header,
)
from tools import oss_client

KEYRING = Keyring()
SIGNED = oss_client.v1_header(request(), KEY, now=NOW)


def test_the_string_to_sign() -> None:
    """Headers are lower-case, trimmed and sorted, sub-resources sorted and decoded."""
    sent = request(
        "PUT",
        "a b.jpg",
        (("x-oss-process", "image/resize,w_1"), ("unknown", "1"), ("acl", ""), ("versionId", "é")),
        headers={
            "content-md5": "md5",
            "content-type": "image/jpeg",
            "x-oss-meta-b": " 2 ",
            "x-oss-meta-a": "1,3",
            "user-agent": "any",
        },
    )
    assert v1.string_to_sign(sent, "DATE") == (
        "PUT\nmd5\nimage/jpeg\nDATE\nx-oss-meta-a:1,3\nx-oss-meta-b:2\n"
        "/oss-example/a b.jpg?acl&versionId=é&x-oss-process=image/resize,w_1"
    )


@pytest.mark.parametrize(
    ("sent", "resource"),
    [
        (request(bucket=None, key="", query=()), "/"),
        (request(key="", query=()), "/oss-example/"),
        (request(key="", query=(("acl", ""),)), "/oss-example/?acl"),
        (request(key="", query=(("category", "image"),)), "/oss-example/"),
        (
            request(key="", query=(("uploads", "1"), ("uploads", "0"))),
            "/oss-example/?uploads=1&uploads=0",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_resource_of_service_bucket_or_object(sent: SignedRequest, resource: str) -> None:
    """Without a key it ends in a slash; only sub-resources follow, repeated ones in order."""
    assert v1.string_to_sign(sent, "") == f"GET\n\n\n\n{resource}"


def test_x_oss_date_overrides_date() -> None:
    """`Date` is not parsed if `x-oss-date` is present."""
    dated = request(headers={"x-oss-date": http_dates.write_date(NOW, http_dates.HTTP_FORMAT)})
    signed = oss_client.v1_header(dated, KEY, now=NOW).with_headers({"date": "nonsense"})
    assert verify(signed, credentials=KEYRING, now=NOW) == KEY.caller()


@pytest.mark.parametrize(
    "date",
    [
        "",
        "Tue, 1 Sep 2026 12:00:00 GMT",
        "Wed, 01 Sep 2026 12:00:00 GMT",
        "Tue, 31 Feb 2026 12:00:00 GMT",
        "Tue, 01 Sep 2026 12:00:00 +0000",
        "Tue, ٠١ Sep 2026 12:00:00 GMT",
        "20260901T120000Z",
        "1788264000",
    ],
)
def test_a_header_signature_needs_an_http_date(date: str) -> None:
    """A date that is not RFC 1123 in GMT with a two-digit day is denied (C-22)."""
    error = refusal(SIGNED.with_headers({"date": date}))
    assert error.code is Code.ACCESS_DENIED
    assert error.message == "OSS authentication requires a valid Date."


def test_a_header_signature_without_a_date_is_denied() -> None:
    """A request without `Date` and `x-oss-date` is denied (C-22)."""
    assert refusal(without_header(SIGNED, "date")).code is Code.ACCESS_DENIED


@pytest.mark.parametrize("minutes", [-15, 0, 15])
def test_fifteen_minutes_of_skew_are_allowed(minutes: int) -> None:
    """A skew of exactly fifteen minutes is accepted in both directions."""
    now = NOW + timedelta(minutes=minutes)
    assert verify(SIGNED, credentials=KEYRING, now=now) == KEY.caller()


@pytest.mark.parametrize("seconds", [-901, 901])
def test_more_skew_is_refused(seconds: int) -> None:
    """One second over fifteen minutes raises RequestTimeTooSkewed."""
    error = refusal(SIGNED, now=NOW + timedelta(seconds=seconds))
    assert error.code is Code.REQUEST_TIME_TOO_SKEWED


@pytest.mark.parametrize("value", ["OSS", "OSS ", "OSS ak", "OSS ak:", "OSS :sig"])
def test_an_incomplete_authorization_is_malformed(value: str) -> None:
    """The header must contain a key id and a signature."""
    error = refusal(SIGNED.with_headers({"authorization": value}))
    assert (error.code, error.message) == (
        Code.INVALID_ARGUMENT,
        "Authorization header is invalid.",
    )
