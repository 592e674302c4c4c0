"""Removing many objects with one request: POST of a list on a bucket, `?delete`."""

from xml.etree.ElementTree import Element

from darkroom.errors import Code, OssError
from darkroom.naming_rules import check_key
from darkroom.usecases.authorization import writable
from darkroom.usecases.objects import remove_all
from darkroom.web.context import Call
from darkroom.web.http import Response
from darkroom.web.request_checks import received
from darkroom.web.responses import xml
from darkroom.web.xml import element, elements, encoding_of, root_of

DELETE = "delete"

MOST_KEYS = 1000
LONGEST_BODY = 2_000_000


def delete_objects(call: Call) -> Response:
    """Remove the objects listed, and tell which are gone unless that is not wanted."""
    bucket = writable(call.world, call.address.bucket, call.caller)
    encode, said = encoding_of(call.request.query)
    body = received(call.request, limit=LONGEST_BODY)
    root = root_of(body, "Delete", limit=LONGEST_BODY)
    keys, quiet = _keys(root), _quiet(root)
    gone = remove_all(bucket, keys, call.world)
    if quiet:
        _check_all(keys, gone)
        return Response(status=200)
    listed = "".join(element("Deleted", elements({"Key": encode(key)})) for key in gone)
    return xml("DeleteResult", elements(said) + listed)


def _keys(root: Element) -> list[str]:
    objects = root.findall("Object")
    if not 0 < len(objects) <= MOST_KEYS:
        message = f"A list names 1 to {MOST_KEYS} objects."
        raise OssError(Code.MALFORMED_XML, message)
    return [_key(entry) for entry in objects]


def _key(entry: Element) -> str:
    if entry.findtext("VersionId"):
        raise OssError(Code.NOT_IMPLEMENTED, "Versions are deleted one by one.")
    key = entry.findtext("Key")
    if key is None:
        raise OssError(Code.MALFORMED_XML)
    check_key(key)
    return key


def _quiet(root: Element) -> bool:
    text = root.findtext("Quiet", "false")
    if text not in ("true", "false"):
        raise OssError(Code.MALFORMED_XML)
    return text == "true"


def _check_all(keys: list[str], gone: object) -> None:
    """Fail where silence would say that all went well; asking again does no harm."""
    if gone != keys:
        raise OssError(Code.SERVICE_UNAVAILABLE, "Not all objects were deleted. Please try again.")
