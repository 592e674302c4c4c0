"""Errors of AWS → errors of the catalogue."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from darkroom.errors import (
    Code,
    OssError,
    file_already_exists,
    invalid,
    no_such_bucket,
    no_such_key,
)
from darkroom.ports.objects import ObjectReplaced

EC_THROTTLED = "0004-00000801"

_NOT_FOUND = frozenset({"NoSuchKey", "NotFound", "404"})
_PRECONDITION_FAILED = frozenset({"PreconditionFailed", "412"})

_DENIED = partial(OssError, Code.ACCESS_DENIED, "The service may not access this object.")
_THROTTLED = partial(OssError, Code.SERVICE_UNAVAILABLE, ec=EC_THROTTLED)

_UNKNOWN = partial(OssError, Code.SERVICE_UNAVAILABLE)

_ERROR_CODES = {
    "AccessDenied": _DENIED,
    "403": _DENIED,
    "BadDigest": partial(OssError, Code.INVALID_DIGEST),
    "EntityTooLarge": partial(OssError, Code.ENTITY_TOO_LARGE),
    "InvalidArgument": partial(OssError, Code.INVALID_ARGUMENT),
    "InvalidDigest": partial(OssError, Code.INVALID_DIGEST),
    "InvalidObjectState": partial(OssError, Code.INVALID_OBJECT_STATE),
    "InvalidRange": partial(OssError, Code.INVALID_RANGE),
    "InvalidTag": partial(OssError, Code.INVALID_ARGUMENT, "The tagging is invalid."),
    "MetadataTooLarge": partial(OssError, Code.INVALID_ARGUMENT, "S3 keeps 2 KB of metadata."),
    "MethodNotAllowed": partial(OssError, Code.METHOD_NOT_ALLOWED),
    "InvalidPart": partial(OssError, Code.INVALID_PART),
    "InvalidPartOrder": partial(OssError, Code.INVALID_PART_ORDER),
    "NoSuchUpload": partial(OssError, Code.NO_SUCH_UPLOAD),
    "NoSuchVersion": partial(OssError, Code.NO_SUCH_VERSION),
    "RequestLimitExceeded": _THROTTLED,
    "SlowDown": _THROTTLED,
    "Throttling": _THROTTLED,
    "ThrottlingException": _THROTTLED,
}


@contextmanager
def translate_s3_errors(
    bucket: str, key: str = "", version_id: str | None = None, *, overwrite: bool = True
) -> Iterator[None]:
    """Raise the catalogue's error for an error of S3, `ServiceUnavailable` for an unknown one.

    Without `overwrite`, a failed condition is `FileAlreadyExists`: not every store names it.
    """
    try:
        yield
    except ClientError as error:
        if version_id is not None and _has_no_body(error):
            raise invalid("versionId", version_id, "Value must name a version") from error
        translated = _translate(error, bucket, key)
        if not overwrite and isinstance(translated, ObjectReplaced):
            raise file_already_exists() from error
        raise translated from error
    except BotoCoreError as error:
        raise OssError(Code.SERVICE_UNAVAILABLE) from error


@contextmanager
def errors_as(code: Code, ec: str | None = None) -> Iterator[None]:
    """Turn any AWS failure into `code`."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise OssError(code, ec=ec) from error


def _has_no_body(error: ClientError) -> bool:
    """Whether a HEAD was refused: it has no body, so botocore takes the status for the code."""
    return error.response.get("Error", {}).get("Code") == "400"


def _translate(error: ClientError, bucket: str, key: str) -> Exception:
    details: Mapping[str, Any] = error.response.get("Error", {})
    code = details.get("Code", "")
    if code in _NOT_FOUND:
        return no_such_key(key)
    if code == "NoSuchBucket":
        return no_such_bucket(bucket)
    if code in _PRECONDITION_FAILED and details.get("Condition") == "If-None-Match":
        return file_already_exists()
    if code in _PRECONDITION_FAILED:
        return ObjectReplaced(key)
    return _ERROR_CODES.get(code, _UNKNOWN)()
