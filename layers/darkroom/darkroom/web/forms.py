"""Forms with a file: `multipart/form-data` bodies of browsers and mini programs (decision 150)."""

import base64
import binascii
from collections.abc import Iterator, Mapping

from msgspec import Struct
from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from darkroom.errors import Code, OssError, truncate

FILE_FIELD = "file"

MAX_FIELDS = 100
"""Number of fields, the file included."""

MAX_FIELD_BYTES = 16_384
"""Bytes of a field other than the file, so the number of fields bounds all of them."""

EC_FORMAT = "0006-00000104"

_PLAIN_ENCODINGS = ("", "binary", "8bit", "7bit")


class FormFile(Struct, frozen=True, kw_only=True):
    """The file of a form, with what the client says of it."""

    name: str = ""
    content_type: str = ""
    body: bytes = b""


class Form(Struct, frozen=True, kw_only=True):
    """The fields before the file, and the file; None where the form has none."""

    fields: Mapping[str, str]
    """By lower-case name; of a repeated name, the first."""
    file: FormFile | None = None


def parse_form(content_type: str, body: bytes) -> Form:
    """Read a form; fields after the file are ignored.

    Raises `MalformedPOSTRequest`, `FieldItemTooLong` and `IncorrectNumberOfFilesInPOSTRequest`.
    """
    fields: dict[str, str] = {}
    file: FormFile | None = None
    try:
        for segment, content in _segments(_boundary(content_type), body):
            name = segment.name.lower()
            if name == FILE_FIELD:
                if file is not None:
                    raise OssError(Code.INCORRECT_NUMBER_OF_FILES)
                file = _file(segment, content)
            elif file is None:
                fields.setdefault(name, _text(segment.name, content))
    except ParserLimitReached as error:
        message = f"The form has more than {MAX_FIELDS} fields, or a field has too many headers."
        raise _malformed(message) from error
    except MultipartError as error:
        raise _malformed() from error
    return Form(fields=fields, file=file)


def _boundary(content_type: str) -> str:
    media_type, options = parse_options_header(content_type)
    boundary: str = options.get("boundary", "")
    if media_type != "multipart/form-data" or not boundary:
        raise _malformed("The Content-Type must be multipart/form-data with a boundary.")
    return boundary


def _segments(boundary: str, body: bytes) -> Iterator[tuple[MultipartSegment, bytes]]:
    """Yield each part with its content; raises `MultipartError`, also without an end."""
    chunks: list[bytes] = []
    with PushMultipartParser(boundary, max_segment_count=MAX_FIELDS) as parser:
        for event in parser.parse(body):
            match event:
                case MultipartSegment():
                    segment, chunks = event, []
                case None:
                    yield segment, b"".join(chunks)
                case chunk:
                    chunks.append(bytes(chunk))


def _text(name: str, content: bytes) -> str:
    if len(content) > MAX_FIELD_BYTES:
        message = f"The field {truncate(name)} is longer than {MAX_FIELD_BYTES} bytes."
        raise OssError(Code.FIELD_ITEM_TOO_LONG, message)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _malformed(f"The field {truncate(name)} is not UTF-8.") from error


def _file(segment: MultipartSegment, content: bytes) -> FormFile:
    encoding = segment.header("Content-Transfer-Encoding", "").strip().lower()
    if encoding == "base64":
        content = _base64(content)
    elif encoding not in _PLAIN_ENCODINGS:
        raise _malformed(f"The Content-Transfer-Encoding {truncate(encoding)} is not supported.")
    return FormFile(
        name=segment.filename or "",
        content_type=segment.header("Content-Type", "").strip(),
        body=content,
    )


def _base64(content: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error as error:
        raise _malformed(
            "The file is not base64, as its Content-Transfer-Encoding says."
        ) from error


def _malformed(message: str | None = None) -> OssError:
    return OssError(Code.MALFORMED_POST_REQUEST, message, ec=EC_FORMAT)
