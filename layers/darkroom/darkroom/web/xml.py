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

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document may contain, escaped or not."""

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")

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
    """Build an element with text."""
    built = ET.Element(name)
    built.text = text
    return built


def document(root: ET.Element) -> bytes:
    """Write a document in UTF-8, empty elements with both tags.

    Characters that XML cannot hold are written as references, as the service does: a strict parser
    refuses them, where a replacement would be the key of another object.
    """
    markup = ET.tostring(root, encoding="unicode", short_empty_elements=False)
    markup = _LONE_SURROGATES.sub("\ufffd", markup).replace("\r", "&#13;")
    return _written(_NOT_IN_XML.sub(lambda found: f"&#{ord(found[0])};", markup))


def _written(markup: str) -> bytes:
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
    markup = ET.tostring(element("Error", fields), encoding="unicode", short_empty_elements=False)
    # Every parser must read an error: what XML cannot hold becomes U+FFFD.
    return _written(_NOT_IN_XML.sub("\ufffd", markup))


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

    Namespaces are ignored. Controls, which XML cannot hold and keys can, are read raw and as
    references. Raises `MalformedXML` for another root, a document type, more than `max_bytes` bytes
    and for anything else that is not well-formed.
    """
    if len(body) > max_bytes:
        message = f"The XML you provided is longer than {max_bytes} bytes."
        raise OssError(Code.MALFORMED_XML, message)
    stand_ins = _StandIns(body)
    parser = ET.XMLParser(target=_NoDocumentType(stand_ins))  # noqa: S314 - see the import
    try:
        parser.feed(stand_ins.put_into(body))
        root: ET.Element = parser.close()
    except (ET.ParseError, LookupError, ValueError) as error:
        raise OssError(Code.MALFORMED_XML) from error
    if root.tag != root_name:
        raise OssError(Code.MALFORMED_XML)
    return root


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_RAW = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_TEXT = re.compile(rb">[^<]+")
_FORBIDDEN = (*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)
_BLOCKS = range(0xE000, 0xF8E0, len(_FORBIDDEN))


class _StandIns:
    """Private-use characters in the place of those that XML cannot hold, while it is parsed."""

    def __init__(self, body: bytes) -> None:
        """Choose characters that the document does not use, raw or as references."""
        used = set(body.decode(errors="ignore"))
        used |= {chr(code) for code in map(_code, _REFERENCE.finditer(body)) if code <= 0x10FFFF}
        blocks = (range(first, first + len(_FORBIDDEN)) for first in _BLOCKS)
        free = next((block for block in blocks if used.isdisjoint(map(chr, block))), None)
        if free is None:
            raise OssError(Code.MALFORMED_XML)
        self._by_code = dict(zip(_FORBIDDEN, map(chr, free), strict=True))
        self._back = {ord(stand_in): chr(code) for code, stand_in in self._by_code.items()}

    def put_into(self, body: bytes) -> bytes:
        """Replace what XML cannot hold; a raw carriage return in text becomes a reference."""
        if body.startswith((b"\xff\xfe", b"\xfe\xff")):
            return body
        body = _TEXT.sub(_keep_carriage_returns, body)
        body = _REFERENCE.sub(lambda found: self._of(_code(found), found[0]), body)
        return _RAW.sub(lambda found: self._of(ord(found[0].decode()), found[0]), body)

    def _of(self, code: int, otherwise: bytes) -> bytes:
        return self._by_code[code].encode() if code in self._by_code else otherwise

    def taken_out(self, text: str) -> str:
        """Return text with its own characters."""
        return text.translate(self._back)


def _keep_carriage_returns(text: re.Match[bytes]) -> bytes:
    """Return text with references, since a parser reads a raw one as a line feed."""
    return text[0].replace(b"\r", b"&#13;") if text[0][1:].strip() else text[0]


def _code(reference: re.Match[bytes]) -> int:
    return int(reference[1], 16) if reference[1] else int(reference[2])


class _NoDocumentType(ET.TreeBuilder):
    """Builds elements without namespaces, and refuses a document type where it begins."""

    def __init__(self, stand_ins: "_StandIns") -> None:
        """Take the characters that stand for controls."""
        super().__init__()
        self._stand_ins = stand_ins

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """Begin an element; clients write a default namespace or none."""
        return super().start(_local(tag), attrs)

    def end(self, tag: str, /) -> ET.Element:
        """End an element."""
        return super().end(_local(tag))

    def data(self, data: str, /) -> None:
        """Add text, with its controls."""
        super().data(self._stand_ins.taken_out(data))

    def doctype(self, *_: object) -> None:
        """Refuse the declaration: it could define entities that grow without bound."""
        raise OssError(Code.MALFORMED_XML, "The XML you provided must not have a document type.")
