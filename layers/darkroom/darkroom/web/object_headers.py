"""Request headers that describe stored objects: attributes, ACL, tags, source of a copy."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from darkroom.auth import Caller
from darkroom.buckets import Acl
from darkroom.content_types import content_type_of_key
from darkroom.errors import Code, OssError, callback_refused, invalid
from darkroom.naming_rules import check_bucket_name, check_key
from darkroom.ports.objects import (
    RESERVED_METADATA_PREFIX,
    STANDARD_CLASS,
    STORAGE_CLASSES,
    ObjectAttributes,
)
from darkroom.usecases.authorization import get_bucket
from darkroom.usecases.objects import GetObjectRequest
from darkroom.usecases.preconditions import Preconditions
from darkroom.usecases.services import Services
from darkroom.web import wire
from darkroom.web.http import percent_decode
from darkroom.web.wire import QueryParameter

INHERITED_ACL = "default"
"""Name of an object's ACL where it inherits the bucket's."""

MAX_METADATA_BYTES = 1900
"""Bytes of names and values: S3 stores 2 KB, of which the service's own metadata needs a part."""

MAX_TAGS = 10

STORED_HEADERS = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
)

_KMS_HEADERS = ("x-oss-server-side-data-encryption", "x-oss-server-side-encryption-key-id")
_CALLBACK_HEADERS = ("x-oss-callback", "x-oss-callback-var")


_NOT_IN_HEADERS = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd]")
"""Controls, and the characters that replace bytes that are not UTF-8."""


def check_header_text(name: str, value: str) -> None:
    """Refuse a header value that cannot be returned as it was sent."""
    if _NOT_IN_HEADERS.search(value):
        raise invalid(name, value, "Value must be printable UTF-8")


def attributes_from_headers(headers: Mapping[str, str], key: str) -> ObjectAttributes:
    """Read all attributes to store under a key; header names are lower-case."""
    for name in _CALLBACK_HEADERS:
        if name in headers:
            raise callback_refused()
    encryption_headers(headers)
    return ObjectAttributes(
        content_type=_header_text(headers, "content-type", content_type_of_key(key)),
        headers=_stored_headers(headers),
        metadata=_metadata(headers),
        storage_class=_storage_class(headers.get(wire.STORAGE_CLASS, STANDARD_CLASS)),
        acl=object_acl(headers.get(wire.OBJECT_ACL, INHERITED_ACL)),
        tags=_tags(headers[wire.TAGGING]) if wire.TAGGING in headers else None,
    )


def encryption_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the encryption that was requested, for the reply; S3 encrypts with AES-256 anyway.

    Refuses any other: a client that sends its name relies on its effect.
    """
    algorithm = headers.get(wire.ENCRYPTION, "")
    if algorithm not in ("", "AES256") or any(headers.get(name) for name in _KMS_HEADERS):
        raise OssError(Code.INVALID_ENCRYPTION_ALGORITHM)
    return {wire.ENCRYPTION: algorithm} if algorithm else {}


def may_overwrite(headers: Mapping[str, str]) -> bool:
    """Return whether an existing object of that key may be replaced, which is the default."""
    text = headers.get(wire.FORBID_OVERWRITE, "false").lower()
    if text not in ("true", "false"):
        raise invalid(wire.FORBID_OVERWRITE, text, "Value must be true or false")
    return text == "false"


def object_acl(text: str) -> Acl | None:
    """Read an object's own ACL; None for `default`."""
    if text == INHERITED_ACL:
        return None
    if text not in list(Acl):
        raise invalid(
            wire.OBJECT_ACL, text, f"Value must be one of {INHERITED_ACL}, {', '.join(Acl)}"
        )
    return Acl(text)


def _stored_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name: _header_text(headers, name) for name in STORED_HEADERS if headers.get(name)}


def _metadata(headers: Mapping[str, str]) -> Mapping[str, str]:
    metadata = {
        name.removeprefix(wire.META_PREFIX): _header_text(headers, name)
        for name in headers
        if name.startswith(wire.META_PREFIX)
    }
    for name in metadata:
        if not name or name.startswith(RESERVED_METADATA_PREFIX):
            raise invalid("metadata", wire.META_PREFIX + name, "That name is reserved")
    size = sum(len(name.encode()) + _stored_size(value) for name, value in metadata.items())
    if size > MAX_METADATA_BYTES:
        reason = f"S3 keeps at most {MAX_METADATA_BYTES} bytes of metadata"
        raise invalid("metadata", f"{size} bytes", reason)
    return metadata


def _stored_size(value: str) -> int:
    """Return the bytes of a value in S3, which takes text beyond ASCII in base64."""
    size = len(value.encode())
    return size if value.isascii() else len("=?UTF-8?B??=") + 4 * -(-size // 3)


def _header_text(headers: Mapping[str, str], name: str, default: str = "") -> str:
    value = headers.get(name) or default
    check_header_text(name, value)
    return value


def _storage_class(text: str) -> str:
    if text not in STORAGE_CLASSES:
        raise invalid(
            wire.STORAGE_CLASS, text, f"Value must be one of {', '.join(STORAGE_CLASSES)}"
        )
    return text


def _tags(text: str) -> str:
    """Read `name=value&…`; return it in the one encoding that S3 always accepts."""
    check_header_text(wire.TAGGING, text)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError as error:
        raise invalid(wire.TAGGING, text, "Value must be name=value&…, percent-encoded") from error
    check_tags(pairs, wire.TAGGING, text)
    return urlencode(pairs)


def check_tags(tags: Sequence[tuple[str, str]], parameter: str, text: str) -> None:
    """Refuse too many tags, a repeated name, and names and values of another length."""
    names = {name for name, _ in tags}
    if len(tags) > MAX_TAGS or len(names) < len(tags):
        raise invalid(parameter, text, f"There may be {MAX_TAGS} tags, each name once")
    if any(not 0 < len(name) <= 128 or len(value) > 256 for name, value in tags):
        raise invalid(parameter, text, "A name has 1 to 128 characters, a value up to 256")


def copy_source(headers: Mapping[str, str], caller: Caller, services: Services) -> GetObjectRequest:
    """Read which object to copy, with its preconditions; a plus in its key is a blank (C-171)."""
    text, _, query = headers[wire.COPY_SOURCE].partition("?")
    path = percent_decode(text.replace("+", " "), Code.INVALID_ARGUMENT).removeprefix("/")
    bucket, _, key = path.partition("/")
    check_bucket_name(bucket)
    check_key(key)
    prefix = f"{wire.COPY_SOURCE}-"
    conditional = {
        name.removeprefix(prefix): value
        for name, value in headers.items()
        if name.startswith(prefix)
    }
    return GetObjectRequest(
        bucket=get_bucket(services, bucket),
        key=key,
        version_id=dict(parse_qsl(query)).get(QueryParameter.VERSION_ID),
        caller=caller,
        preconditions=Preconditions.from_headers(conditional),
    )
