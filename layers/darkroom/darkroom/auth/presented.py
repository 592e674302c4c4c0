"""A signature as a request presents it, before it is verified."""

import hmac
from collections.abc import Callable

from msgspec import Struct

from darkroom.auth.signed_request import SignedRequest, to_bytes
from darkroom.errors import Code, OssError

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

EC_MALFORMED = "0002-00000063"
EC_MISMATCH = "0002-00000040"


class PresentedSignature(Struct, frozen=True, kw_only=True):
    """The signature of a request, its time already checked."""

    key_id: str
    signature: str
    texts: tuple[str, ...]
    """Strings to sign, any of which may match (C-23); an error shows the first."""
    sign: Callable[[str, str], str]
    """Secret and string to sign → signature."""
    token: str
    """Empty when the request has none."""
    canonical_request: str | None = None
    payload: str = UNSIGNED_PAYLOAD
    """Signed hexadecimal SHA-256 of the body, or `UNSIGNED-PAYLOAD`."""

    def signed_with(self, secret: str) -> bool:
        """Return whether this secret yields the signature; compares in constant time."""
        given = to_bytes(self.signature)
        expected = (to_bytes(self.sign(secret, text)) for text in self.texts)
        return any(hmac.compare_digest(candidate, given) for candidate in expected)

    def mismatch(self) -> OssError:
        """Return the error with the string to sign, without the expected signature (spec 01 §5.7).

        The details repeat the request: they may hold control characters and lone surrogates, which
        XML does not allow. They belong in the reply but not in a log.
        """
        details = {
            **_text_and_bytes("StringToSign", self.texts[0]),
            "SignatureProvided": self.signature,
            "OSSAccessKeyId": self.key_id,
        }
        if self.canonical_request is not None:
            details |= _text_and_bytes("CanonicalRequest", self.canonical_request)
        return OssError(Code.SIGNATURE_DOES_NOT_MATCH, ec=EC_MISMATCH, details=details)


def _text_and_bytes(name: str, text: str) -> dict[str, str]:
    return {name: text, f"{name}Bytes": to_bytes(text).hex(" ").upper()}


def malformed_authorization(message: str = "Authorization header is invalid.") -> OssError:
    """Return the error for an `Authorization` header that no signature version reads."""
    return OssError(Code.INVALID_ARGUMENT, message, ec=EC_MALFORMED)


def authorization_fields(
    text: str, separator: str, *, required: frozenset[str], optional: frozenset[str]
) -> dict[str, str]:
    """Read named fields separated by `,` or `, `, in any order, each once (V2, V4)."""
    parts = [part.strip().partition(separator) for part in text.split(",")]
    fields = {name: value for name, _, value in parts}
    complete = required <= fields.keys() <= required | optional
    if len(fields) < len(parts) or not complete or not all(fields[name] for name in required):
        raise malformed_authorization()
    return fields


def required_parameters(
    request: SignedRequest, *names: str, ec: str | None = None
) -> tuple[str, ...]:
    """Return query parameters that a signature needs together, or deny access (spec 01 §5.2)."""
    values = tuple(value for name in names if (value := request.parameter(name)) is not None)
    if len(values) < len(names):
        listing = ", ".join(names[:-1]) + f" and {names[-1]}"
        message = f"Query string authentication requires the {listing} parameters."
        raise OssError(Code.ACCESS_DENIED, message, ec=ec)
    return values
