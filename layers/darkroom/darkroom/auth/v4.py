"""Signature version 4, in a header or a URL (spec 01 §5.4, §5.5)."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime
from functools import partial

from msgspec import Struct

from darkroom import http_dates
from darkroom.auth import validity
from darkroom.auth.presented import (
    UNSIGNED_PAYLOAD,
    PresentedSignature,
    authorization_fields,
    malformed_authorization,
    required_parameters,
)
from darkroom.auth.signed_request import (
    Pairs,
    SignedRequest,
    canonical_headers,
    canonical_query,
    check_present,
    header_names,
    percent_encoded,
    to_bytes,
)
from darkroom.errors import invalid
from darkroom.http_dates import write_date
from darkroom.process.parameters import Integer, InvalidValue

SCHEME = "OSS4-HMAC-SHA256"
URL_VERSION = SCHEME

PAYLOAD = "x-oss-content-sha256"
CREDENTIAL = "x-oss-credential"
DATE = "x-oss-date"
EXPIRES = "x-oss-expires"
ADDITIONAL = "x-oss-additional-headers"
SIGNATURE = "x-oss-signature"
STS = "x-oss-security-token"

_REQUIRED = frozenset({"Credential", "Signature"})
_OPTIONAL = frozenset({"AdditionalHeaders"})
DAY_FORMAT = "%Y%m%d"
MAX_LIFETIME = 604_800
"""Seconds for which a signed URL or a form may be valid."""

_LIFETIME = Integer(1, MAX_LIFETIME)
_EC_NO_EXPIRES = "0002-00000215"


class Scope(Struct, frozen=True):
    """Scope of a derived key; any region is accepted (decision 030)."""

    day: str
    """yyyymmdd, as in the signed date."""
    region: str

    def text(self) -> str:
        """Return the scope in the form that a credential has."""
        return f"{self.day}/{self.region}/oss/aliyun_v4_request"


def read_header(request: SignedRequest, credentials: str, now: datetime) -> PresentedSignature:
    """Read `Credential=…,AdditionalHeaders=…,Signature=…`; a date and a digest are sent with it.

    Go's SDK v1 sends `Date` alone: its text is signed as it was sent (spec 01 §5.4).
    """
    fields = authorization_fields(credentials, "=", required=_REQUIRED, optional=_OPTIONAL)
    if not _is_credential(fields["Credential"]):
        raise malformed_authorization()
    date, moment = validity.parse_headers(request)
    validity.check_skew(moment, now)
    if PAYLOAD not in request.headers:
        raise invalid(PAYLOAD, "", f"Value must be {UNSIGNED_PAYLOAD} or a SHA-256")
    return _present(
        request,
        query=request.query,
        credential=fields["Credential"],
        date=date,
        day=write_date(moment, DAY_FORMAT),
        signature=fields["Signature"],
        additional=fields.get("AdditionalHeaders", ""),
        token=request.header(STS),
    )


def read_url(request: SignedRequest, now: datetime) -> PresentedSignature:
    """Read the `x-oss-*` parameters; refuse a URL that has expired or is not valid yet."""
    no_expires = request.parameter(EXPIRES) is None
    credential, date, expires, signature = required_parameters(
        request, CREDENTIAL, DATE, EXPIRES, SIGNATURE, ec=_EC_NO_EXPIRES if no_expires else None
    )
    lifetime = _lifetime(expires)
    _check_credential(credential)
    validity.check_lifetime(validity.parse(date, http_dates.BASIC_FORMAT), lifetime, now)
    return _present(
        request,
        query=tuple(pair for pair in request.query if pair[0] != SIGNATURE),
        credential=credential,
        date=date,
        day=date[:8],
        signature=signature,
        additional=request.parameter(ADDITIONAL) or "",
        token=request.parameter(STS) or "",
    )


def read_form(
    *, policy: str, credential: str, date: str, signature: str, token: str, now: datetime
) -> PresentedSignature:
    """Read the fields of a form, which sign its policy alone; valid for a week at most."""
    _check_credential(credential)
    validity.check_lifetime(validity.parse(date, http_dates.BASIC_FORMAT), MAX_LIFETIME, now)
    key_id, _, region, _, _ = credential.rsplit("/", 4)
    scope = Scope(date[:8], region)
    presented = PresentedSignature(
        key_id=key_id, signature=signature, texts=(policy,), sign=partial(sign, scope), token=token
    )
    if credential != f"{key_id}/{scope.text()}":
        raise presented.mismatch()
    return presented


def _check_credential(text: str) -> None:
    if not _is_credential(text):
        raise invalid(CREDENTIAL, text, "Value must be <id>/<date>/<region>/oss/<version>")


def _is_credential(text: str) -> bool:
    return text.count("/") >= 4


def _lifetime(text: str) -> int:
    try:
        return _LIFETIME.parse(text)
    except InvalidValue as error:
        raise invalid(EXPIRES, text, error.reason) from error


def _present(
    request: SignedRequest,
    *,
    query: Pairs,
    credential: str,
    date: str,
    day: str,
    signature: str,
    additional: str,
    token: str,
) -> PresentedSignature:
    """Rebuild the signed strings; a scope of another day or product cannot match (C-26)."""
    key_id, _, region, _, _ = credential.rsplit("/", 4)
    scope = Scope(day, region)
    canonical, *others = (
        canonical_request(spelling, query, header_names(additional))
        for spelling in request.spellings
    )
    presented = PresentedSignature(
        key_id=key_id,
        signature=signature,
        texts=tuple(string_to_sign(date, scope, text) for text in (canonical, *others)),
        sign=partial(sign, scope),
        token=token,
        canonical_request=canonical,
        payload=signed_payload(request),
    )
    if credential != f"{key_id}/{scope.text()}":
        raise presented.mismatch()
    return presented


def canonical_request(request: SignedRequest, query: Pairs, additional: Collection[str]) -> str:
    """Return the text that V4 hashes; `query` excludes the signature itself."""
    check_present(request, additional)
    parts = [
        request.method,
        percent_encoded(request.resource, safe="/"),
        canonical_query(query),
        canonical_headers(request, {"content-type", "content-md5", *additional}),
        ";".join(additional),
        signed_payload(request),
    ]
    return "\n".join(parts)


def signed_payload(request: SignedRequest) -> str:
    """Return the signed payload hash; a signed URL has one only if the header is sent with it."""
    return request.header(PAYLOAD) if PAYLOAD in request.headers else UNSIGNED_PAYLOAD


def string_to_sign(date: str, scope: Scope, canonical: str) -> str:
    """Return the string that the derived key signs."""
    digest = hashlib.sha256(to_bytes(canonical)).hexdigest()
    return f"{SCHEME}\n{date}\n{scope.text()}\n{digest}"


def sign(scope: Scope, secret: str, text: str) -> str:
    """Return the hexadecimal HMAC-SHA256 of a text with the key derived for the scope."""
    key = to_bytes("aliyun_v4" + secret)
    for part in (scope.day, scope.region, "oss", "aliyun_v4_request"):
        key = hmac.digest(key, to_bytes(part), "sha256")
    return hmac.digest(key, to_bytes(text), "sha256").hex()
