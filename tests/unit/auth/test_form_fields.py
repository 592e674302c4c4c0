"""Signatures in the fields of a form."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from darkroom.auth import ANONYMOUS, verify_form
from darkroom.errors import Code, OssError
from tests.post_forms import policy, v1_fields, v4_fields
from tests.unit.auth.sdk_capture import KEY, NOW, TEMPORARY, Keyring

KEYRING = Keyring()
POLICY = policy({"bucket": "demo"}, now=NOW)

FORMS = {
    "v1": v1_fields(POLICY, KEY.id, KEY.secret),
    "v4": v4_fields(POLICY, KEY.id, KEY.secret, now=NOW),
}

VECTOR = (
    "eyJleHBpcmF0aW9uIjoiMjAxMy0xMi0wMVQxMjowMDowMFoiLCJjb25kaXRpb25zIjpbWyJjb250ZW50LWxlbmd0aC1y"
    "YW5nZSIsIDAsIDEwNDg1NzYwXSx7ImJ1Y2tldCI6ImFoYWhhIn0sIHsiQSI6ICJhIn0seyJrZXkiOiAiQUJDIn1dfQ=="
)
"""The policy of the vendor's example."""


def sent(fields: Mapping[str, str]) -> dict[str, str]:
    """Return fields by their lower-case names, as the parser does."""
    return {name.lower(): value for name, value in fields.items()}


def refusal(fields: Mapping[str, str]) -> OssError:
    """Return the error that fields raise."""
    with pytest.raises(OssError) as error:
        verify_form(sent(fields), credentials=KEYRING, now=NOW)
    return error.value


@pytest.mark.parametrize("version", FORMS)
def test_a_signed_form_has_a_caller(version: str) -> None:
    """The signature covers the policy as it was sent."""
    assert verify_form(sent(FORMS[version]), credentials=KEYRING, now=NOW) == KEY.caller()


def test_a_form_without_a_signature_is_anonymous() -> None:
    """Fields of the object belong to no signature."""
    fields = {"key": "a", "x-oss-meta-a": "b", "x-oss-object-acl": "private"}
    assert verify_form(fields, credentials=KEYRING, now=NOW) is ANONYMOUS


@pytest.mark.parametrize("version", FORMS)
def test_a_changed_policy_is_refused(version: str) -> None:
    """The error shows the policy as the string to sign, and no expected signature."""
    changed = policy({"bucket": "other"}, now=NOW)
    error = refusal(FORMS[version] | {"policy": changed})
    assert error.code is Code.SIGNATURE_DOES_NOT_MATCH
    assert error.details["StringToSign"] == changed


@pytest.mark.parametrize(
    ("version", "field", "ec"),
    [
        ("v1", "OSSAccessKeyId", "0002-00000706"),
        ("v1", "policy", "0002-00000702"),
        ("v1", "Signature", "0002-00000703"),
        ("v4", "policy", "0002-00000702"),
        ("v4", "x-oss-signature", "0002-00000703"),
        ("v4", "x-oss-credential", None),
        ("v4", "x-oss-date", None),
    ],
)
def test_the_fields_of_a_signature_belong_together(
    version: str, field: str, ec: str | None
) -> None:
    """Without one of them the form is refused, not taken for anonymous."""
    error = refusal({name: value for name, value in FORMS[version].items() if name != field})
    assert (error.code, error.ec) == (Code.INVALID_ARGUMENT, ec)
    assert field in error.message


@pytest.mark.parametrize(
    ("field", "ec"),
    [("OSSAccessKeyId", "0002-00000707"), ("Signature", "0002-00000704"), ("policy", None)],
)
def test_an_empty_field_of_a_signature_is_refused(field: str, ec: str | None) -> None:
    """An empty signature is none."""
    error = refusal(FORMS["v1"] | {field: ""})
    assert (error.code, error.ec) == (Code.INVALID_ARGUMENT, ec)


@pytest.mark.parametrize("version", FORMS)
def test_an_unknown_key_is_refused(version: str) -> None:
    """The error names the id."""
    name = "OSSAccessKeyId" if version == "v1" else "x-oss-credential"
    changed = FORMS[version][name].replace(KEY.id, "nobody", 1)
    error = refusal(FORMS[version] | {name: changed})
    assert error.code is Code.INVALID_ACCESS_KEY_ID
    assert error.details == {"OSSAccessKeyId": "nobody"}


@pytest.mark.parametrize("version", FORMS)
def test_a_temporary_key_needs_its_token(version: str) -> None:
    """The token is a field of the form."""
    fields = (
        v1_fields(POLICY, TEMPORARY.id, TEMPORARY.secret)
        if version == "v1"
        else v4_fields(POLICY, TEMPORARY.id, TEMPORARY.secret, now=NOW)
    )
    assert refusal(fields).code is Code.INVALID_ACCESS_KEY_ID
    other = fields | {"x-oss-security-token": "other"}
    assert refusal(other).code is Code.ACCESS_KEY_TOKEN_MISMATCH
    complete = fields | {"x-oss-security-token": "token"}
    caller = verify_form(sent(complete), credentials=KEYRING, now=NOW)
    assert caller == TEMPORARY.caller()


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (timedelta(minutes=15), None),
        (timedelta(minutes=16), Code.REQUEST_TIME_TOO_SKEWED),
        (timedelta(days=-7), None),
        (timedelta(days=-7, seconds=-1), Code.ACCESS_DENIED),
    ],
    ids=["15 minutes ahead", "16 minutes ahead", "7 days ago", "over 7 days ago"],
)
def test_a_v4_form_is_valid_for_a_week(signed: timedelta, code: Code | None) -> None:
    """The date may be 15 minutes ahead; the policy may end the time earlier."""
    fields = v4_fields(POLICY, KEY.id, KEY.secret, now=NOW + signed)
    if code is None:
        assert verify_form(sent(fields), credentials=KEYRING, now=NOW) == KEY.caller()
    else:
        assert refusal(fields).code is code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"x-oss-signature-version": "OSS2"}, Code.INVALID_ARGUMENT),
        ({"x-oss-credential": "ak"}, Code.INVALID_ARGUMENT),
        ({"x-oss-date": "today"}, Code.ACCESS_DENIED),
        (
            {"x-oss-credential": f"{KEY.id}/20260831/cn-hangzhou/oss/aliyun_v4_request"},
            Code.SIGNATURE_DOES_NOT_MATCH,
        ),
        (
            {"x-oss-credential": f"{KEY.id}/20260901/cn-shanghai/oss/aliyun_v4_request"},
            Code.SIGNATURE_DOES_NOT_MATCH,
        ),
    ],
    ids=["version", "credential", "date", "another day", "another region"],
)
def test_a_changed_v4_field_is_refused(changes: dict[str, str], code: Code) -> None:
    """The key is derived from day and region of the credential."""
    assert refusal(FORMS["v4"] | changes).code is code


def test_the_policy_of_the_vendor_is_read() -> None:
    """Its example is signed and verified as it stands, blanks included."""
    fields = v1_fields(VECTOR, KEY.id, KEY.secret)
    assert verify_form(sent(fields), credentials=KEYRING, now=NOW) == KEY.caller()
