"""Signature version 2, in a header or a URL (spec 01 §5.3); of the SDKs only oss2 writes it."""

import base64
import hmac
from collections.abc import Collection
from datetime import datetime

from darkroom import http_dates
from darkroom.auth import validity
from darkroom.auth.presented import PresentedSignature, authorization_fields, required_parameters
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

SCHEME = "OSS2"
URL_VERSION = "OSS2"

EXPIRES = "x-oss-expires"
KEY_ID = "x-oss-access-key-id"
ADDITIONAL = "x-oss-additional-headers"
SIGNATURE = "x-oss-signature"
STS_HEADER = "x-oss-security-token"
STS_PARAMETER = "security-token"

_REQUIRED = frozenset({"AccessKeyId", "Signature"})
_OPTIONAL = frozenset({"AdditionalHeaders"})


def read_header(request: SignedRequest, credentials: str, now: datetime) -> PresentedSignature:
    """Read `AccessKeyId:…,AdditionalHeaders:…,Signature:…`; the date is the `Date` header."""
    fields = authorization_fields(credentials, ":", required=_REQUIRED, optional=_OPTIONAL)
    date = request.header("date")
    validity.check_skew(validity.parse(date, http_dates.HTTP_FORMAT), now)
    additional = header_names(fields.get("AdditionalHeaders", ""))
    return PresentedSignature(
        key_id=fields["AccessKeyId"],
        signature=fields["Signature"],
        texts=tuple(string_to_sign(each, date, additional) for each in request.spellings),
        sign=sign,
        token=request.header(STS_HEADER),
    )


def read_url(request: SignedRequest, now: datetime) -> PresentedSignature:
    """Read the `x-oss-*` parameters; refuse an expired URL."""
    expires, key_id, signature = required_parameters(request, EXPIRES, KEY_ID, SIGNATURE)
    validity.check_expires(expires, now)
    additional = header_names(request.parameter(ADDITIONAL) or "")
    unsigned = tuple(pair for pair in request.query if pair[0] != SIGNATURE)
    return PresentedSignature(
        key_id=key_id,
        signature=signature,
        texts=tuple(
            string_to_sign(each, expires, additional, unsigned) for each in request.spellings
        ),
        sign=sign,
        token=request.parameter(STS_PARAMETER) or "",
    )


def string_to_sign(
    request: SignedRequest, date: str, additional: Collection[str], query: Pairs | None = None
) -> str:
    """Return the string that V2 signs: all parameters of `query`, by default the request's."""
    check_present(request, additional)
    resource = percent_encoded(request.resource)
    if parameters := canonical_query(request.query if query is None else query):
        resource += f"?{parameters}"
    head = [request.method, request.header("content-md5"), request.header("content-type"), date]
    headers = canonical_headers(request, additional) + ";".join(additional)
    return "\n".join([*head, headers, resource])


def sign(secret: str, text: str) -> str:
    """Return the base64 HMAC-SHA256 of a string to sign."""
    return base64.b64encode(hmac.digest(to_bytes(secret), to_bytes(text), "sha256")).decode()
