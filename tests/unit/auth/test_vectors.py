"""The test vectors S1–S18 of spec 01 §5.8: id `ak`, secret `sk`."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from darkroom import http_dates
from darkroom.auth import AccessKey, SecurityToken, SignedRequest, validity, verify
from darkroom.errors import Code
from tests.unit.auth.sdk_capture import LATER, Keyring, refusal, request

KEY = AccessKey(id="ak", secret="sk")
STS = replace(KEY, token=SecurityToken(value="token", expires=LATER))

type Vector = tuple[SignedRequest, datetime, AccessKey]
"""A request, the time at which it is verified, and the key that signed it."""


def v1_header(sent: SignedRequest, signature: str) -> Vector:
    """Add the signature; the time is the request's date."""
    date = sent.header("x-oss-date") or sent.header("date")
    signed = sent.with_headers({"authorization": f"OSS ak:{signature}"})
    return signed, validity.parse(date, http_dates.HTTP_FORMAT), KEY


def v1_url(sent: SignedRequest, expires: int, signature: str, key: AccessKey = KEY) -> Vector:
    """Add the signature; the time is the URL's expiry."""
    signed = sent.with_query(
        (("OSSAccessKeyId", "ak"), ("Expires", str(expires)), ("Signature", signature))
    )
    return signed, datetime.fromtimestamp(expires, UTC), key


def v2_header(sent: SignedRequest, signature: str) -> Vector:
    """Add the signature; the time is the request's date."""
    signed = sent.with_headers({"authorization": f"OSS2 AccessKeyId:ak,Signature:{signature}"})
    return signed, validity.parse(sent.header("date"), http_dates.HTTP_FORMAT), KEY


def v4_header(
    sent: SignedRequest, date: str, signature: str, *, fields: str = "", key: AccessKey = KEY
) -> Vector:
    """Add the signature; the time is the request's date."""
    credential = f"Credential=ak/{date[:8]}/cn-hangzhou/oss/aliyun_v4_request"
    signed = sent.with_headers(
        {
            "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
            "x-oss-date": date,
            "authorization": f"OSS4-HMAC-SHA256 {credential},{fields}Signature={signature}",
        }
    )
    return signed, validity.parse(date, http_dates.BASIC_FORMAT), key


def v4_url(
    sent: SignedRequest, date: str, lifetime: int, signature: str, key: AccessKey = KEY
) -> Vector:
    """Add the signature; the time is the URL's date."""
    signed = sent.with_query(
        (
            ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
            ("x-oss-credential", f"ak/{date[:8]}/cn-hangzhou/oss/aliyun_v4_request"),
            ("x-oss-date", date),
            ("x-oss-expires", str(lifetime)),
            ("x-oss-signature", signature),
        )
    )
    return signed, validity.parse(date, http_dates.BASIC_FORMAT), key


S1_HEADERS = {
    "content-md5": "eB5eJF1ptWaXm4bijSPyxw==",
    "content-type": "text/html",
    "x-oss-date": "Wed, 28 Dec 2022 10:27:41 GMT",
    "x-oss-meta-author": "alice",
    "x-oss-meta-magic": "abracadabra",
}
S1 = request("PUT", "nelson", (), bucket="examplebucket", headers=S1_HEADERS)
S3 = request(
    key="",
    query=(("resourceGroup", ""), ("non-resousce", "null")),
    bucket="examplebucket",
    headers={"x-oss-date": "Wed, 28 Dec 2022 10:27:41 GMT"},
)
S4 = request(key="key", query=(("versionId", "versionId"),), bucket="bucket")
S6 = request(headers={"date": "Fri, 24 Feb 2012 06:38:30 GMT"})
S9 = request(
    "POST", query=(("x-oss-process", ""),), headers={"date": "Fri, 04 May 2012 03:21:12 GMT"}
)
S10 = request(
    "PUT",
    key="",
    query=(("style", ""), ("styleName", "imagestyle")),
    headers={"date": "Fri, 04 Mar 2022 05:34:24 GMT"},
)
S11 = request(
    "PUT",
    key="1234+-/123/1.txt",
    query=(
        ("param1", "value1"),
        ("+param1", "value3"),
        ("|param1", "value4"),
        ("+param2", ""),
        ("|param2", ""),
        ("param2", ""),
    ),
    bucket="bucket",
    headers={"x-oss-head1": "value", "content-type": "text/plain"},
)
S12 = S11.with_headers({"x-oss-security-token": "token"})
S13 = S11.with_headers({"abc": "value", "zabc": "value"})
S14 = S11.with_headers({"content-type": "application/octet-stream"})
S15 = S14.with_query((("x-oss-security-token", "token"),))
TOKEN = (("security-token", "token"),)

VECTORS = {
    "S1": v1_header(S1, "kSHKmLxlyEAKtZPkJhG9bZb5k7M="),
    "S2": v1_header(S1.with_query((("acl", ""),)), "/afkugFbmWDQ967j1vr6zygBLQk="),
    "S3": v1_header(S3, "vkQmfuUDyi1uDi3bKt67oemssIs="),
    "S4": v1_url(S4, 1699807420, "dcLTea+Yh9ApirQ8o8dOPqtvJXQ="),
    "S5": v1_url(
        replace(S4, key="key+123").with_query(TOKEN),
        1699808204,
        "jzKYRrM5y6Br0dRFPaTGOsbrDhY=",
        STS,
    ),
    "S6": v1_header(S6, "nWG0IWD+j5MNUYPa0ta97zf3QxE="),
    "S7": v1_url(request(), 1141889120, "7S3VxHc3mtUSE9tYLMcXP3Vtd+k="),
    "S8": v1_url(request().with_query(TOKEN), 1141889120, "udTEGEAM/lp2jJAy+Cj5eo5U3bY=", STS),
    "S9": v1_header(S9, "AuXWIYeiwmcP0R6AFOi9Fw6sO/I="),
    "S10": v1_header(S10, "/HLG09KAvtEZJQ+2k6sAdYrgDc0="),
    "S11": v4_header(
        S11,
        "20231216T162057Z",
        "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe",
    ),
    "S12": v4_header(
        S12,
        "20231217T034736Z",
        "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea",
        key=STS,
    ),
    "S13": v4_header(
        S13,
        "20231216T172512Z",
        "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
        fields="AdditionalHeaders=abc;zabc,",
    ),
    "S14": v4_url(
        S14,
        "20231217T025437Z",
        599,
        "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe",
    ),
    "S15": v4_url(
        S15,
        "20231217T035628Z",
        599,
        "3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5",
        STS,
    ),
    "S16": v4_header(
        request(key="a b/图.jpg"),
        "20231216T162057Z",
        "d3c3fb9d51a038f90b47247160bd4b11f3b241382f5be0005288659fb1dca1dc",
    ),
    "S17": v4_url(
        request(),
        "20231216T162057Z",
        600,
        "b6ee1a8370afb3fc344ddc4e85d71ef3455b8b754a3ecfeb911e231c36dc5b6f",
    ),
    "S18": v2_header(S6, "Ein9qwSSVf5QerzXRvPJRl28EJOn4FhO1gpMVwJzP/w="),
}


@pytest.mark.parametrize(("signed", "now", "key"), VECTORS.values(), ids=VECTORS)
def test_a_vector_verifies(signed: SignedRequest, now: datetime, key: AccessKey) -> None:
    """The signatures of the vectors were computed by other implementations."""
    assert verify(signed, credentials=Keyring([key]), now=now) == key.caller()


@pytest.mark.parametrize(("signed", "now", "key"), VECTORS.values(), ids=VECTORS)
def test_a_vector_with_another_secret_is_refused(
    signed: SignedRequest, now: datetime, key: AccessKey
) -> None:
    """Another secret raises SignatureDoesNotMatch."""
    other = Keyring([replace(key, secret="SK")])
    assert refusal(signed, keyring=other, now=now).code is Code.SIGNATURE_DOES_NOT_MATCH
