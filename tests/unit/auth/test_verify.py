"""The signature of a request is found and verified, and its caller returned (spec 01 §5)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from darkroom.auth import ANONYMOUS, SignedRequest, covers_all_parameters, verify
from darkroom.auth.signed_request import Pairs
from darkroom.errors import Code
from tests.unit.auth.sdk_capture import (
    KEY,
    NOW,
    TEMPORARY,
    Keyring,
    refusal,
    request,
    signed_in_every_form,
    with_parameter,
    without_header,
    without_parameter,
)
from tools import oss_client

KEYRING = Keyring()
SIGNED = signed_in_every_form(request(), KEY)
STS = signed_in_every_form(request(), TEMPORARY)
HEADER = {name: sent for name, sent in SIGNED.items() if name.endswith("header")}
URL = {name: sent for name, sent in SIGNED.items() if name.endswith("url")}


@pytest.mark.parametrize("sent", SIGNED.values(), ids=SIGNED)
def test_a_signed_request_has_the_caller_of_its_key(sent: SignedRequest) -> None:
    """Every version and place returns the caller of the key."""
    assert verify(sent, credentials=KEYRING, now=NOW) == KEY.caller()


@pytest.mark.parametrize(
    "query",
    [
        (),
        (("x-oss-process", "image/info"),),
        (("x-oss-signature-version", "OSS9"), ("x-oss-signature", "00")),
        (("x-oss-signature", "00"), ("x-oss-credential", "ak")),
        (("security-token", "token"),),
    ],
    ids=str,
)
def test_a_request_without_a_signature_is_anonymous(query: Pairs) -> None:
    """It has neither an `Authorization` header nor a set of signature parameters (spec 01 §4)."""
    assert verify(request(query=query), credentials=KEYRING, now=NOW) is ANONYMOUS


@pytest.mark.parametrize("form", SIGNED)
def test_a_parameter_can_be_added_to_version_1_alone(form: str) -> None:
    """The other versions sign every parameter; without a signature there is no signer."""
    assert covers_all_parameters(SIGNED[form]) is not form.startswith("v1")
    assert covers_all_parameters(request())


@pytest.mark.parametrize("url", URL.values(), ids=URL)
@pytest.mark.parametrize("header", HEADER.values(), ids=HEADER)
def test_header_and_url_signature_exclude_each_other(
    header: SignedRequest, url: SignedRequest
) -> None:
    """A request with both is refused, even if the header is empty."""
    for value in (header.header("authorization"), ""):
        error = refusal(url.with_headers({**header.headers, "authorization": value}))
        assert error.code is Code.INVALID_ARGUMENT
        assert "not in both" in error.message


@pytest.mark.parametrize(
    "value",
    ["", " ", "OSS", "oss ak:sig", "OSS3 ak:sig", "Bearer token", "AWS ak:sig", "\x00", "鍵"],
)
def test_an_unknown_authorization_is_malformed(value: str) -> None:
    """An unknown Authorization header is refused, not treated as anonymous."""
    error = refusal(request(headers={"authorization": value}))
    assert error.code is Code.INVALID_ARGUMENT
    assert error.message.startswith("Authorization header is invalid.")
    assert ("OSS4-HMAC-SHA256" in error.message) == (value != "OSS")


@pytest.mark.parametrize("sent", SIGNED.values(), ids=SIGNED)
def test_an_unknown_or_inactive_key_is_refused(sent: SignedRequest) -> None:
    """Both raise InvalidAccessKeyId (spec 05 §5)."""
    for keyring in (Keyring([]), Keyring([replace(KEY, active=False)])):
        error = refusal(sent, keyring=keyring)
        assert error.code is Code.INVALID_ACCESS_KEY_ID
        assert error.details == {"OSSAccessKeyId": "ak"}


@pytest.mark.parametrize("sent", STS.values(), ids=STS)
def test_a_temporary_key_verifies_with_its_token(sent: SignedRequest) -> None:
    """An expired token raises SecurityTokenExpired (spec 01 §5.6)."""
    assert verify(sent, credentials=KEYRING, now=NOW) == TEMPORARY.caller()
    assert TEMPORARY.token
    expired = replace(TEMPORARY, token=replace(TEMPORARY.token, expires=NOW))
    assert refusal(sent, keyring=Keyring([expired])).code is Code.SECURITY_TOKEN_EXPIRED


@pytest.mark.parametrize("sent", STS.values(), ids=STS)
def test_a_temporary_key_without_its_token_is_unknown(sent: SignedRequest) -> None:
    """A temporary key without a token raises InvalidAccessKeyId."""
    bare = without_header(sent, "x-oss-security-token")
    for name in ("security-token", "x-oss-security-token"):
        bare = without_parameter(bare, name)
    assert refusal(bare).code is Code.INVALID_ACCESS_KEY_ID


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("other", Code.ACCESS_KEY_TOKEN_MISMATCH),
        ("token ", Code.INVALID_SECURITY_TOKEN),
        ("a\x00b", Code.INVALID_SECURITY_TOKEN),
        ("鍵", Code.INVALID_SECURITY_TOKEN),
    ],
)
def test_a_token_must_be_well_formed_and_belong_to_the_key(token: str, code: Code) -> None:
    """The token is checked before the signature, since in OSS it contains the secret."""
    assert refusal(with_parameter(STS["v1 url"], "security-token", token)).code is code
    assert refusal(with_parameter(STS["v4 url"], "x-oss-security-token", token)).code is code


def test_a_permanent_key_has_no_token() -> None:
    """A token with a permanent key raises InvalidAccessKeyId, as PHP's tests show."""
    sent = oss_client.v1_header(request(headers={"x-oss-security-token": "token"}), KEY, now=NOW)
    assert refusal(sent).code is Code.INVALID_ACCESS_KEY_ID


def test_the_time_is_checked_before_the_key() -> None:
    """So an expired link does not reveal whether its key still exists."""
    for sent in SIGNED.values():
        error = refusal(sent, keyring=Keyring([]), now=NOW + timedelta(days=1))
        assert error.code in (Code.ACCESS_DENIED, Code.REQUEST_TIME_TOO_SKEWED)
