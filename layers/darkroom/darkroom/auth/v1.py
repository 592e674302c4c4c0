"""Signature version 1, in a header or a URL (spec 01 §5.1, §5.2).

V1 itself is ambiguous: key and sub-resources are joined unencoded, so that the key `a?acl` and the
sub-resource `acl` of the key `a` have the same signature. V4 is not.
"""

import base64
import hmac
from collections.abc import Callable
from datetime import datetime

from darkroom.auth import validity
from darkroom.auth.presented import PresentedSignature, malformed_authorization, required_parameters
from darkroom.auth.signed_request import (
    OSS_PREFIX,
    SignedRequest,
    by_name,
    canonical_headers,
    joined,
    to_bytes,
)

_PROCESSING_PARAMETERS = """
    x-oss-process x-oss-async-process style styleName acl versionId security-token
    response-content-type response-content-language response-expires response-cache-control
    response-content-disposition response-content-encoding
    x-oss-traffic-limit x-oss-request-payer
    x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-ac-forward-allow
"""

_OTHER_PARAMETERS = """
    accessPoint accessPointPolicy append asyncFetch bucketArchiveDirectRead bucketInfo
    callback callback-var cloudboxes cname comp continuation-token cors delete encryption
    endTime group httpsConfig img inventory inventoryId lifecycle link live location logging
    metaQuery objectInfo objectMeta partNumber policy position publicAccessBlock
    qos qosInfo qosRequester redundancyTransition referer regionList
    replication replicationLocation replicationProgress requestPayment requesterQosInfo
    resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo restore
    sequential startTime stat status symlink tagging transferAcceleration
    uploadId uploads versioning versions vod website worm wormExtend wormId
    x-oss-access-point-name x-oss-redundancy-transition-taskid
    x-oss-target-redundancy-type x-oss-write-get-object-response
"""

_OWN_PARAMETER = "x-oss-bucket-settings"
"""Always covered, so that nobody can add it to a URL that was signed for something else."""

SUBRESOURCES = frozenset(f"{_PROCESSING_PARAMETERS} {_OTHER_PARAMETERS} {_OWN_PARAMETER}".split())
"""Parameters that oss2 signs, and no others; go-v2 adds every other `x-oss-*` (C-23)."""


def is_subresource(name: str) -> bool:
    """Return whether V1 signs the parameter: it is listed or begins with `x-oss-`."""
    return name in SUBRESOURCES or name.startswith(OSS_PREFIX)


SCHEME = "OSS"
URL_PARAMETERS = ("Signature", "Expires", "OSSAccessKeyId")

STS_HEADER = "x-oss-security-token"
STS_PARAMETER = "security-token"


def read_header(request: SignedRequest, credentials: str, now: datetime) -> PresentedSignature:
    """Read `<id>:<signature>`; refuse a missing date or one outside the clock skew."""
    key_id, _, signature = credentials.partition(":")
    if not key_id or not signature:
        raise malformed_authorization()
    date, moment = validity.parse_headers(request)
    validity.check_skew(moment, now)
    return PresentedSignature(
        key_id=key_id,
        signature=signature,
        texts=strings_to_sign(request, date),
        sign=sign,
        token=request.header(STS_HEADER),
    )


def read_url(request: SignedRequest, now: datetime) -> PresentedSignature:
    """Read the three parameters; refuse an expired URL."""
    signature, expires, key_id = required_parameters(request, *URL_PARAMETERS)
    validity.check_expires(expires, now)
    return PresentedSignature(
        key_id=key_id,
        signature=signature,
        texts=strings_to_sign(request, expires),
        sign=sign,
        token=request.parameter(STS_PARAMETER) or "",
    )


def strings_to_sign(request: SignedRequest, date: str) -> tuple[str, ...]:
    """Return the string with all `x-oss-*` parameters and the one with listed ones (C-23)."""
    texts = (
        string_to_sign(spelling, date, covers)
        for spelling in request.spellings
        for covers in (is_subresource, SUBRESOURCES.__contains__)
    )
    return tuple(dict.fromkeys(texts))


def string_to_sign(
    request: SignedRequest, date: str, covers: Callable[[str], bool] = is_subresource
) -> str:
    """Return the string that V1 signs; `date` is the expiry in a URL."""
    head = [request.method, request.header("content-md5"), request.header("content-type"), date]
    resource = request.resource
    if subresources := by_name(pair for pair in request.query if covers(pair[0])):
        resource += "?" + joined(subresources)
    return "\n".join([*head, canonical_headers(request) + resource])


def sign(secret: str, text: str) -> str:
    """Return the base64 HMAC-SHA1 of a string to sign."""
    return base64.b64encode(hmac.digest(to_bytes(secret), to_bytes(text), "sha1")).decode()
