"""OSS signatures V1, V2 and V4: request in, caller out (spec 01 §5, decisions 008, 030)."""

from darkroom.auth.credentials import (
    ANONYMOUS,
    ANY_BUCKET,
    AccessKey,
    Caller,
    Credentials,
    Permission,
    SecurityToken,
)
from darkroom.auth.post_policy import read_policy
from darkroom.auth.presented import UNSIGNED_PAYLOAD
from darkroom.auth.signed_request import SignedRequest
from darkroom.auth.verify import covers_all_parameters, verify, verify_body, verify_form

__all__ = [
    "ANONYMOUS",
    "ANY_BUCKET",
    "UNSIGNED_PAYLOAD",
    "AccessKey",
    "Caller",
    "Credentials",
    "Permission",
    "SecurityToken",
    "SignedRequest",
    "covers_all_parameters",
    "read_policy",
    "verify",
    "verify_body",
    "verify_form",
]
