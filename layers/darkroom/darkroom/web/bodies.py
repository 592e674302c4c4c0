"""XML bodies as OSS writes them."""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from darkroom.errors import OssError

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
