"""XML bodies: written as OSS writes them, read as callers send them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

# Safe here: expat loads nothing from outside, and a document type is refused before it can
# declare an entity.
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from darkroom.errors import Code, OssError, invalid


def iso(moment: datetime) -> str:
    """Write a moment in UTC with milliseconds: `2026-08-01T09:30:00.000Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


ENCODING = "encoding-type"

type Encode = Callable[[str], str]


def encoding_of(query: Mapping[str, str]) -> tuple[Encode, Mapping[str, str]]:
    """Give how names are to be written, and the element that says so."""
    text = query.get(ENCODING, "")
    if not text:
        return str, {}
    if text != "url":
        raise invalid(ENCODING, text, "Value must be url")
    return _percent_encoded, {"EncodingType": "url"}


def _percent_encoded(name: str) -> str:
    return quote(name, safe="")


JSON = "application/json"
XML = "application/xml"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may contain, escaped or not."""


def element(name: str, content: str) -> str:
    """Write an element around markup."""
    return f"<{name}>{content}</{name}>"


def text(value: str) -> str:
    """Write text as markup; what XML cannot hold becomes a replacement character."""
    return escape(_NOT_IN_XML.sub("\ufffd", value))


def document(root: str, content: str) -> bytes:
    """Write a whole document around the content of its root."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element(root, content)}\n'.encode()


def elements(children: Mapping[str, str]) -> str:
    """Write an element of text for each child, in order."""
    return "".join(element(name, text(value)) for name, value in children.items())


def error_document(error: OssError, *, request_id: str, host: str) -> bytes:
    """Write the body of an error (spec 05 §1)."""
    children = {
        "Code": error.code.wire,
        "Message": error.message,
        "RequestId": request_id,
        "HostId": host,
        **error.details,
    }
    if error.ec:
        children["EC"] = error.ec
    return document("Error", elements(children))


def root_of(body: bytes, name: str, *, limit: int) -> ET.Element:
    """Parse a document of that root element.

    Raises `MalformedXML` for anything else, for a document type, and beyond `limit` bytes.
    """
    if len(body) > limit:
        raise OssError(Code.MALFORMED_XML, f"The XML you provided is longer than {limit} bytes.")
    parser = ET.XMLParser(target=_Plain())  # noqa: S314 - see above
    try:
        parser.feed(body)
        root: ET.Element = parser.close()
    except (ET.ParseError, LookupError, ValueError) as error:
        raise OssError(Code.MALFORMED_XML) from error
    if root.tag != name:
        raise OssError(Code.MALFORMED_XML)
    return root


class _Plain(ET.TreeBuilder):
    """Builds elements, and nothing that a document type could declare."""

    def doctype(self, *_: object) -> None:
        """Refuse the declaration where it begins."""
        raise OssError(Code.MALFORMED_XML, "The XML you provided must not have a document type.")
