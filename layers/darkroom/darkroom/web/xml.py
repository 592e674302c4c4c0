"""XML bodies: written as OSS writes them, read as callers send them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote

# Parsing is safe here: expat loads no external entities, and a document type is refused before it
# can declare an entity.
from xml.etree import ElementTree as ET

from darkroom.errors import Code, OssError, invalid
from darkroom.web.wire import QueryParameter

CONTENT_TYPE = "application/xml"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may contain, escaped or not."""

type EncodeName = Callable[[str], str]
"""Encodes an object key, or a prefix of keys, for a list."""


def element(
    name: str, fields: Mapping[str, str] | None = None, *children: ET.Element
) -> ET.Element:
    """Build an element: first a child with text for each field, then the children."""
    built = ET.Element(name)
    built.extend(text_element(field, text) for field, text in (fields or {}).items())
    built.extend(children)
    return built


def text_element(name: str, text: str) -> ET.Element:
    """Build an element with text; characters that XML cannot hold become U+FFFD."""
    built = ET.Element(name)
    built.text = _NOT_IN_XML.sub("\ufffd", text)
    return built


def document(root: ET.Element) -> bytes:
    """Write a document in UTF-8, empty elements with both tags."""
    markup = ET.tostring(root, encoding="unicode", short_empty_elements=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{markup}\n'.encode()


def error_document(error: OssError, *, request_id: str, host: str) -> bytes:
    """Write the body of an error (spec 05 §1)."""
    fields = {
        "Code": error.code.wire,
        "Message": error.message,
        "RequestId": request_id,
        "HostId": host,
        **error.details,
    }
    if error.ec:
        fields["EC"] = error.ec
    return document(element("Error", fields))


def owner() -> ET.Element:
    """Build the `Owner` of buckets and objects, the same for all."""
    return element("Owner", {"ID": "darkroom", "DisplayName": "darkroom"})


def access_control_list(grant: str) -> ET.Element:
    """Build the element that names a canned ACL."""
    return element("AccessControlList", {"Grant": grant})


def common_prefixes(prefixes: Iterable[str], encode: EncodeName) -> Iterator[ET.Element]:
    """Build a `CommonPrefixes` element for each prefix."""
    return (element("CommonPrefixes", {"Prefix": encode(prefix)}) for prefix in prefixes)


def boolean(value: bool) -> str:
    """Return `true` or `false`."""
    return "true" if value else "false"


def name_encoding(query: Mapping[QueryParameter, str]) -> tuple[EncodeName, Mapping[str, str]]:
    """Return the function that encodes keys, and the field that names it (`encoding-type`).

    XML cannot hold every character of a key: clients ask for percent-encoding.
    """
    text = query.get(QueryParameter.ENCODING_TYPE, "")
    if not text:
        return str, {}
    if text != "url":
        raise invalid(QueryParameter.ENCODING_TYPE, text, "Value must be url")
    return _percent_encoded, {"EncodingType": "url"}


def _percent_encoded(name: str) -> str:
    return quote(name, safe="")


def parse_document(body: bytes, root_name: str, *, max_bytes: int) -> ET.Element:
    """Parse a document and return its root element.

    Raises `MalformedXML` for another root, a document type, more than `max_bytes` bytes and for
    anything that is not well-formed.
    """
    if len(body) > max_bytes:
        message = f"The XML you provided is longer than {max_bytes} bytes."
        raise OssError(Code.MALFORMED_XML, message)
    parser = ET.XMLParser(target=_NoDocumentType())  # noqa: S314 - see the import
    try:
        parser.feed(body)
        root: ET.Element = parser.close()
    except (ET.ParseError, LookupError, ValueError) as error:
        raise OssError(Code.MALFORMED_XML) from error
    if root.tag != root_name:
        raise OssError(Code.MALFORMED_XML)
    return root


class _NoDocumentType(ET.TreeBuilder):
    """Builds elements and refuses a document type where it begins."""

    def doctype(self, *_: object) -> None:
        """Refuse the declaration: it could define entities that grow without bound."""
        raise OssError(Code.MALFORMED_XML, "The XML you provided must not have a document type.")
