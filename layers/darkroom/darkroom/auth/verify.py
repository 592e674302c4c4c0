"""Verification of a request's signature (spec 01 §5)."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from darkroom.auth import form_fields, v1, v2, v4
from darkroom.auth.credentials import ANONYMOUS, AccessKey, Caller, Credentials
from darkroom.auth.presented import UNSIGNED_PAYLOAD, PresentedSignature, malformed_authorization
from darkroom.auth.signed_request import SignedRequest, to_bytes
from darkroom.errors import Code, OssError, invalid, truncate

type _ReadHeader = Callable[[SignedRequest, str, datetime], PresentedSignature]
type _ReadUrl = Callable[[SignedRequest, datetime], PresentedSignature]

_HEADERS: dict[str, _ReadHeader] = {
    v1.SCHEME: v1.read_header,
    v2.SCHEME: v2.read_header,
    v4.SCHEME: v4.read_header,
}
_URLS: dict[str, _ReadUrl] = {v2.URL_VERSION: v2.read_url, v4.URL_VERSION: v4.read_url}

_TOKEN = re.compile(r"[!-~]+", re.ASCII)


def verify(request: SignedRequest, *, credentials: Credentials, now: datetime) -> Caller:
    """Return the caller who signed the request; `ANONYMOUS` where it has no signature at all.

    Raises `OssError` for every other request. The order of the checks is: form of the signature,
    time, key id, security token, signature, digest of the body.
    """
    presented = _presented_signature(request, now)
    if presented is None:
        return ANONYMOUS
    caller = _verify_presented(presented, credentials, now)
    # Hashed only if a digest was signed in place of `UNSIGNED-PAYLOAD` (C-25).
    if presented.payload != UNSIGNED_PAYLOAD and not request.body_follows:
        _compare_payload(presented.payload, hashlib.sha256(request.body()).hexdigest())
    return caller


def verify_body(request: SignedRequest, sha256: str) -> None:
    """Compare a body that followed its verified request with the digest that was signed (C-25)."""
    scheme = request.header("authorization").partition(" ")[0]
    version_4 = scheme == v4.SCHEME or _url_reader(request) is v4.read_url
    payload = v4.signed_payload(request)
    if version_4 and payload != UNSIGNED_PAYLOAD:
        _compare_payload(payload, sha256)


def verify_form(fields: Mapping[str, str], *, credentials: Credentials, now: datetime) -> Caller:
    """Return the caller who signed the policy of a form, by its fields' lower-case names.

    `ANONYMOUS` where no field belongs to a signature; raises `OssError` as `verify` does.
    """
    presented = form_fields.read_form(fields, now)
    return ANONYMOUS if presented is None else _verify_presented(presented, credentials, now)


def _verify_presented(
    presented: PresentedSignature, credentials: Credentials, now: datetime
) -> Caller:
    key = credentials.find(presented.key_id)
    if key is None or not key.active:
        raise _unknown_key(presented)
    _check_token(presented, key, now)
    if not presented.signed_with(key.secret):
        raise presented.mismatch()
    return key.caller()


def covers_all_parameters(request: SignedRequest) -> bool:
    """Return whether nobody can add a query parameter to the request without its signer.

    V1 signs only the parameters that it lists (spec 01 §5.1); an unsigned request has no signer.
    """
    scheme = request.header("authorization").partition(" ")[0]
    return scheme != v1.SCHEME and _url_reader(request) is not v1.read_url


def _presented_signature(request: SignedRequest, now: datetime) -> PresentedSignature | None:
    """Read the signature of the request, None where it has none."""
    authorization = request.headers.get("authorization")
    read_url = _url_reader(request)
    if authorization is None:
        return read_url(request, now) if read_url else None
    if read_url:
        raise OssError(
            Code.INVALID_ARGUMENT, "A request is signed in its header or in its URL, not in both."
        )
    scheme, _, presented = request.header("authorization").partition(" ")
    if scheme not in _HEADERS:
        schemes = f"{v1.SCHEME}, {v2.SCHEME} and {v4.SCHEME}"
        raise malformed_authorization(
            f"Authorization header is invalid. Its scheme is one of {schemes}: "
            "this service has the interface of OSS, not that of S3."
        )
    return _HEADERS[scheme](request, presented, now)


def _url_reader(request: SignedRequest) -> _ReadUrl | None:
    """Choose by the query: V1 for any of its parameters, else the version that is stated."""
    names = {name for name, _ in request.query}
    if names.intersection(v1.URL_PARAMETERS):
        return v1.read_url
    if "x-oss-signature-version" not in names:
        return None
    return _URLS.get(request.parameter("x-oss-signature-version") or "")


def _unknown_key(presented: PresentedSignature) -> OssError:
    details = {"OSSAccessKeyId": truncate(presented.key_id)}
    return OssError(Code.INVALID_ACCESS_KEY_ID, details=details)


def _check_token(presented: PresentedSignature, key: AccessKey, now: datetime) -> None:
    """Compare the token of a temporary key with the one presented (spec 01 §5.6)."""
    if not presented.token:
        if key.token is not None:
            raise _unknown_key(presented)
        return
    if not _TOKEN.fullmatch(presented.token):
        raise OssError(Code.INVALID_SECURITY_TOKEN)
    given = to_bytes(presented.token)
    if key.token is None:
        raise _unknown_key(presented)
    if not hmac.compare_digest(to_bytes(key.token.value), given):
        raise OssError(Code.ACCESS_KEY_TOKEN_MISMATCH)
    if now >= key.token.expires:
        raise OssError(Code.SECURITY_TOKEN_EXPIRED)


def _compare_payload(signed: str, sha256: str) -> None:
    if signed != sha256:
        raise invalid(v4.PAYLOAD, signed, "Value must be the SHA-256 of the body")
