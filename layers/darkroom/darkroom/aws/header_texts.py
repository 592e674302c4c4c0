"""Header values beyond ASCII: text of the service ⇄ bytes of S3.

S3 stores header values as bytes, which botocore reads as Latin-1. Metadata is text: S3 takes and
answers it in encoded words (RFC 2047) where it is not ASCII.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol
from urllib.parse import quote

from darkroom.http_dates import http_date, parse_http_date


def header_text(value: str) -> str:
    """Return a header value of botocore as UTF-8; other bytes become surrogate escapes."""
    try:
        return value.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # not from a header
        return value


_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?\s]*)\?=")
_WORDS = re.compile(rf"{_WORD.pattern}(?:\s*{_WORD.pattern})*")


def metadata_text(value: str) -> str:
    """Return a metadata value with its encoded words decoded; others stay as they are.

    S3 reads UTF-8 that a client sends without encoding it as Latin-1; that is undone.
    """
    return _latin_1_as_utf_8(_WORDS.sub(_decoded_words, header_text(value)))


def _latin_1_as_utf_8(value: str) -> str:
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _decoded_words(found: re.Match[str]) -> str:
    decoded, charset = b"", ""
    try:
        # The bytes are joined first: a character may be divided between two words.
        for charset_of_word, encoding, text in _WORD.findall(found[0]):
            charset = charset_of_word
            if encoding in "bB":
                decoded += base64.b64decode(text, validate=True)
            else:
                decoded += quopri.decodestring(text.encode(), header=True)
        return decoded.decode(charset)
    except (binascii.Error, LookupError, UnicodeError):
        return found[0]


def metadata_word(value: str) -> str:
    """Return a metadata value as S3 takes it: an encoded word where it is not ASCII."""
    if value.isascii():
        return value
    if _latin_1_as_utf_8(value) != value:
        # So that reading it, which undoes the same, returns the value.
        value = value.encode().decode("latin-1")
    encoded = base64.b64encode(value.encode("utf-8", "surrogateescape")).decode()
    return f"=?UTF-8?B?{encoded}?="


_FILENAME = re.compile(r';\s*filename(\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.IGNORECASE)


def ascii_header(name: str, value: str) -> str:
    """Return a value in ASCII, since S3 refuses others in presigned URLs.

    A file name moves to `filename*` (RFC 8187); elsewhere characters are percent-encoded.
    """
    if value.isascii():
        return value
    names = [text for star, text in _FILENAME.findall(value) if not star]
    if name == "content-disposition" and names:
        kind = _encode_beyond_ascii(_FILENAME.sub("", value))
        plain = re.sub(r"\\(.)", r"\1", names[0].strip().strip('"'))
        return f"{kind}; filename*=UTF-8''{quote(plain, safe='', errors='surrogateescape')}"
    return _encode_beyond_ascii(value)


def _encode_beyond_ascii(value: str) -> str:
    printable = "".join(map(chr, range(0x20, 0x7F)))
    return quote(value, safe=printable, errors="surrogateescape")


_HEADERS = {
    "CacheControl": "Cache-Control",
    "ContentDisposition": "Content-Disposition",
    "ContentEncoding": "Content-Encoding",
    "ContentLanguage": "Content-Language",
    "ContentType": "Content-Type",
    "Expires": "Expires",
}
"""Header by member of a request that stores an object."""

_UNSIGNED = "darkroom_unsigned_headers"


class Client(Protocol):
    """Any client of boto3."""

    @property
    def meta(self) -> Any:
        """Description of the client, with its event hooks."""


def send_any_text[C: Client](client: C) -> C:
    """Let a client of S3 send header values beyond ASCII, and any text in `Expires`.

    They are added after the request is signed: how S3 verifies other bytes is not documented, and a
    signature need not cover these headers.
    """
    events = client.meta.events
    for operation in ("PutObject", "CopyObject", "CreateMultipartUpload"):
        events.register(f"before-parameter-build.s3.{operation}", _take_out)
        events.register(f"before-sign.s3.{operation}", _add_after_signing)
    return client


def _take_out(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    found = {member: params[member] for member in _HEADERS if _is_unsigned(member, params)}
    for member in found:
        del params[member]
    context[_UNSIGNED] = {_HEADERS[member]: value for member, value in found.items()}


def _is_unsigned(member: str, params: Mapping[str, Any]) -> bool:
    value = params.get(member)
    if not isinstance(value, str):
        return False
    if member == "Expires":
        date = parse_http_date(value)
        return date is None or http_date(date) != value
    return not value.isascii()


def _add_after_signing(request: Any, **_: object) -> None:
    if headers := request.context.get(_UNSIGNED):
        request.prepare = partial(_prepare_with, request.prepare, headers)


def _prepare_with(prepare: Callable[[], Any], headers: Mapping[str, str]) -> Any:
    prepared = prepare()
    for name, value in headers.items():
        prepared.headers[name] = value.encode("utf-8", "surrogateescape")
    return prepared
