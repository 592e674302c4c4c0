"""XML bodies as callers send them."""

# Safe here: expat loads nothing from outside, and a document type is refused before it can
# declare an entity.
from xml.etree import ElementTree as ET

from darkroom.errors import Code, OssError


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
