"""Details of a SignatureDoesNotMatch error (spec 01 §5.7)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from darkroom.auth import SignedRequest, v1, v2, v4, verify
from darkroom.errors import Code
from tests.unit.auth.sdk_capture import (
    KEY,
    NOW,
    Keyring,
    refusal,
    request,
    signed_in_every_form,
    with_parameter,
)

SIGN: dict[str, Callable[[str], str]] = {
    "v1": lambda text: v1.sign("sk", text),
    "v2": lambda text: v2.sign("sk", text),
    "v4": lambda text: v4.sign(v4.Scope("20260901", "cn-hangzhou"), "sk", text),
}
SIGNED = signed_in_every_form(request(), KEY)
TAMPERED = {name: replace(sent, key="é\x01.jpg") for name, sent in SIGNED.items()}


@pytest.mark.parametrize("form", TAMPERED)
def test_a_mismatch_contains_the_string_to_sign(form: str) -> None:
    """V4 adds the canonical request; bytes are upper-case hex, separated by blanks."""
    error = refusal(TAMPERED[form])
    assert (error.code, error.ec) == (Code.SIGNATURE_DOES_NOT_MATCH, "0002-00000040")
    names = ["StringToSign", "StringToSignBytes", "SignatureProvided", "OSSAccessKeyId"]
    if form.startswith("v4"):
        names += ["CanonicalRequest", "CanonicalRequestBytes"]
    assert list(error.details) == names
    assert error.details["OSSAccessKeyId"] == "ak"
    for name in (name for name in names if name.endswith("Bytes")):
        text = error.details[name.removesuffix("Bytes")]
        assert error.details[name] == text.encode().hex(" ").upper()


@pytest.mark.parametrize("form", TAMPERED)
def test_a_mismatch_does_not_contain_the_expected_signature(form: str) -> None:
    """The string to sign is correct: its signature with the secret verifies."""
    sent = TAMPERED[form]
    error = refusal(sent)
    expected = SIGN[form[:2]](error.details["StringToSign"])
    assert expected not in " ".join([str(error), error.message, *error.details.values()])
    resigned = with_signature(sent, error.details["SignatureProvided"], expected)
    assert verify(resigned, credentials=Keyring(), now=NOW) == KEY.caller()


def with_signature(sent: SignedRequest, old: str, new: str) -> SignedRequest:
    """Replace the signature in query and headers."""
    query = tuple((name, new if value == old else value) for name, value in sent.query)
    headers = {name: value.replace(old, new) for name, value in sent.headers.items()}
    return replace(sent, query=query, headers=headers)


@pytest.mark.parametrize("signature", ["", "é", "\udcff", "\x00", "0" * 100_000], ids=ascii)
def test_any_text_as_a_signature_is_a_mismatch(signature: str) -> None:
    """`SignatureProvided` contains the text unchanged."""
    for sent, name in ((SIGNED["v1 url"], "Signature"), (SIGNED["v4 url"], "x-oss-signature")):
        error = refusal(with_parameter(sent, name, signature))
        assert error.code is Code.SIGNATURE_DOES_NOT_MATCH
        assert error.details["SignatureProvided"] == signature
