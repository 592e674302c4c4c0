"""The signature in the fields of a form: V1 or V4 of its policy (decision 150)."""

from collections.abc import Mapping
from datetime import datetime

from darkroom.auth import v1, v4
from darkroom.auth.presented import PresentedSignature
from darkroom.errors import Code, OssError, invalid

VERSION = "x-oss-signature-version"
POLICY = "policy"
TOKEN = "x-oss-security-token"  # noqa: S105 - a field's name

_V1_KEY, _V1_SIGNATURE = "OSSAccessKeyId", "Signature"
_V1_FIELDS = (_V1_KEY, POLICY, _V1_SIGNATURE)
_V4_FIELDS = (POLICY, v4.CREDENTIAL, v4.DATE, v4.SIGNATURE)

_ECS = {
    POLICY: ("0002-00000702", None),
    _V1_SIGNATURE: ("0002-00000703", "0002-00000704"),
    v4.SIGNATURE: ("0002-00000703", "0002-00000704"),
    _V1_KEY: ("0002-00000706", "0002-00000707"),
}
"""EC of a field that is missing, and of one that is empty, where they are known."""


def read_form(fields: Mapping[str, str], now: datetime) -> PresentedSignature | None:
    """Read the signature from fields by lower-case name; None for a form without any of them.

    Raises `InvalidArgument` for a signature of which a field is missing.
    """
    if VERSION in fields:
        return _read_v4(fields, now)
    if not any(name.lower() in fields for name in _V1_FIELDS):
        return None
    key_id, policy, signature = _required(fields, _V1_FIELDS)
    return PresentedSignature(
        key_id=key_id,
        signature=signature,
        texts=(policy,),
        sign=v1.sign,
        token=fields.get(TOKEN, ""),
    )


def _read_v4(fields: Mapping[str, str], now: datetime) -> PresentedSignature:
    version = fields[VERSION]
    if version != v4.URL_VERSION:
        raise invalid(VERSION, version, f"Value must be {v4.URL_VERSION}, or no field for V1")
    policy, credential, date, signature = _required(fields, _V4_FIELDS)
    return v4.read_form(
        policy=policy,
        credential=credential,
        date=date,
        signature=signature,
        token=fields.get(TOKEN, ""),
        now=now,
    )


def _required(fields: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return fields that a signature needs together."""
    for name in names:
        absent, empty = _ECS.get(name, (None, None))
        if name.lower() not in fields:
            message = f"The form has a signature, so it must have the field {name}."
            raise OssError(Code.INVALID_ARGUMENT, message, ec=absent)
        if not fields[name.lower()]:
            raise OssError(
                Code.INVALID_ARGUMENT, f"The field {name} of the form is empty.", ec=empty
            )
    return tuple(fields[name.lower()] for name in names)
