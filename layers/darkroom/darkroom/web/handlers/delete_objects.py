"""DeleteObjects: POST of a list of keys to a bucket, `?delete` (spec 01 §7)."""

from xml.etree.ElementTree import Element

from darkroom.errors import Code, OssError
from darkroom.naming_rules import check_key
from darkroom.ports.objects import KeyVersion
from darkroom.usecases import objects
from darkroom.web.context import RequestContext
from darkroom.web.http import Response
from darkroom.web.request_checks import read_body
from darkroom.web.responses import xml_response
from darkroom.web.xml import element, name_encoding, parse_document

MAX_KEYS = 1000
MAX_DELETE_XML_BYTES = 2_000_000


def delete_objects(context: RequestContext) -> Response:
    """Delete the listed objects or versions; answer those that are gone, nothing in quiet mode."""
    encode, encoding_field = name_encoding(context.query)
    body = read_body(context.request, limit=MAX_DELETE_XML_BYTES)
    root = parse_document(body, "Delete", max_bytes=MAX_DELETE_XML_BYTES)
    named, quiet = _named(root), _quiet(root)
    gone = objects.delete_objects(context.bucket, named, context.services)
    if quiet:
        # An empty reply would mean success; repeating the request is harmless.
        if gone != named:
            message = "Not all objects were deleted. Please try again."
            raise OssError(Code.SERVICE_UNAVAILABLE, message)
        return Response(status=200)
    deleted = (
        element(
            "Deleted",
            {
                "Key": encode(key),
                **({} if version_id is None else {"VersionId": version_id}),
            },
        )
        for key, version_id in gone
    )
    return xml_response(element("DeleteResult", encoding_field, *deleted))


def _named(root: Element) -> list[KeyVersion]:
    nodes = root.findall("Object")
    if not 0 < len(nodes) <= MAX_KEYS:
        raise OssError(Code.MALFORMED_XML, f"A list names 1 to {MAX_KEYS} objects.")
    return [_key_version(node) for node in nodes]


def _key_version(node: Element) -> KeyVersion:
    key = node.findtext("Key")
    if key is None:
        raise OssError(Code.MALFORMED_XML)
    check_key(key)
    return key, node.findtext("VersionId") or None


def _quiet(root: Element) -> bool:
    text = root.findtext("Quiet", "false")
    if text not in ("true", "false"):
        raise OssError(Code.MALFORMED_XML)
    return text == "true"
