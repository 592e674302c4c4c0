"""Headers of stored objects: read from a request, chosen for a reply."""

from collections.abc import Mapping
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlencode

from darkroom.buckets import Acl
from darkroom.errors import Code, OssError, invalid
from darkroom.ports import BINARY, OWN_METADATA, STANDARD, STORAGE_CLASSES, Attributes
from darkroom.usecases.preconditions import http_date
from darkroom.web.context import Call

META = "x-oss-meta-"
OBJECT_ACL = "x-oss-object-acl"
STORAGE_CLASS = "x-oss-storage-class"
TAGGING = "x-oss-tagging"
FORBID_OVERWRITE = "x-oss-forbid-overwrite"

INHERITED = "default"
"""The name of an object's ACL when it has none of its own."""

MOST_METADATA = 1900
"""Bytes of names and values: S3 keeps 2 KB, with a rest for our own."""

MOST_TAGS = 10

STORED = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
)

_NOT_IMPLEMENTED = (
    "x-oss-callback",
    "x-oss-server-side-data-encryption",
    "x-oss-server-side-encryption",
    "x-oss-server-side-encryption-key-id",
)
"""What a client relies on once it asks for it, so that it must not be ignored."""


def stored_attributes(headers: Mapping[str, str]) -> Attributes:
    """Read all that is to be stored; headers by lower-case name."""
    for name in _NOT_IMPLEMENTED:
        if name in headers:
            message = f"The header {name} is not implemented: S3 encrypts by its bucket's rules."
            raise OssError(Code.NOT_IMPLEMENTED, message)
    return Attributes(
        content_type=_line(headers, "content-type", BINARY),
        headers=_stored(headers),
        metadata=_metadata(headers),
        storage_class=_storage_class(headers.get(STORAGE_CLASS, STANDARD)),
        acl=object_acl(headers.get(OBJECT_ACL, INHERITED)),
        tags=_tags(headers[TAGGING]) if TAGGING in headers else None,
    )


def may_overwrite(headers: Mapping[str, str]) -> bool:
    """Tell whether an object of that key may be replaced; usually it may."""
    text = headers.get(FORBID_OVERWRITE, "false").lower()
    if text not in ("true", "false"):
        raise invalid(FORBID_OVERWRITE, text, "Value must be true or false")
    return text == "false"


def object_acl(text: str) -> Acl | None:
    """Read an object's own ACL; `default` is none."""
    if text == INHERITED:
        return None
    if text not in list(Acl):
        raise invalid(OBJECT_ACL, text, f"Value must be one of {INHERITED}, {', '.join(Acl)}")
    return Acl(text)


def _stored(headers: Mapping[str, str]) -> Mapping[str, str]:
    stored = {name: _line(headers, name) for name in STORED if headers.get(name)}
    if "expires" in stored:
        stored["expires"] = date_line("expires", stored["expires"])
    return stored


def date_line(name: str, text: str) -> str:
    """Write a date as HTTP prefers it: S3 refuses some of the forms that are read."""
    date = http_date(text)
    if date is None:
        raise invalid(name, text, "Value must be a date")
    return format_datetime(date, usegmt=True)


def _metadata(headers: Mapping[str, str]) -> Mapping[str, str]:
    metadata = {n.removeprefix(META): _line(headers, n) for n in headers if n.startswith(META)}
    for name in metadata:
        if not name or name.startswith(OWN_METADATA):
            raise invalid("metadata", META + name, "That name is reserved")
    size = sum(len(name) + len(value) for name, value in metadata.items())
    if size > MOST_METADATA:
        reason = f"S3 keeps at most {MOST_METADATA} bytes of metadata"
        raise invalid("metadata", f"{size} bytes", reason)
    return metadata


def _line(headers: Mapping[str, str], name: str, default: str = "") -> str:
    value = headers.get(name) or default
    if not value.isascii() or not value.isprintable():
        raise invalid(name, value, "Value must be printable ASCII")
    return value


def _storage_class(text: str) -> str:
    if text not in STORAGE_CLASSES:
        raise invalid(STORAGE_CLASS, text, f"Value must be one of {', '.join(STORAGE_CLASSES)}")
    return text


def _tags(text: str) -> str:
    """Read `name=value&…`; write it in the one way that S3 takes for sure."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError as error:
        raise invalid(TAGGING, text, "Value must be name=value&…, percent-encoded") from error
    names = {name for name, _ in pairs}
    if len(pairs) > MOST_TAGS or len(names) < len(pairs):
        raise invalid(TAGGING, text, f"There may be {MOST_TAGS} tags, each name once")
    if any(not 0 < len(name) <= 128 or len(value) > 256 for name, value in pairs):
        raise invalid(TAGGING, text, "A name has 1 to 128 characters, a value up to 256")
    return urlencode(pairs)


PREFIX = "response-"
NAMES = frozenset(f"{PREFIX}{header}" for header in ("content-type", *STORED))


def overrides_of(call: Call) -> Mapping[str, str]:
    """Give the reply headers chosen, by lower-case name.

    Only who signs may choose (C-20): otherwise a link to a stranger's bucket could serve
    a picture as a script.
    """
    chosen = {name: value for name, value in call.request.query.items() if name in NAMES}
    if chosen and call.caller.anonymous:
        message = "Anonymous requests may not set response headers."
        raise OssError(Code.INVALID_REQUEST, message)
    for name, value in chosen.items():
        if not value.isascii() or not value.isprintable():
            raise invalid(name, value, "Value must be printable ASCII")
    return {name.removeprefix(PREFIX): value for name, value in chosen.items()}
