"""`?tagging` of objects: read, replace and delete their tags."""

from xml.etree.ElementTree import Element

from darkroom.errors import Code, OssError
from darkroom.usecases import objects
from darkroom.web.context import RequestContext
from darkroom.web.http import Response
from darkroom.web.object_headers import check_tags
from darkroom.web.request_checks import read_body
from darkroom.web.responses import xml_response
from darkroom.web.wire import QueryParameter
from darkroom.web.xml import element, parse_document

MAX_TAGS_XML_BYTES = 65_536


def get_tagging(context: RequestContext) -> Response:
    """Answer the tags of an object, or of a version of it."""
    version_id = context.query.get(QueryParameter.VERSION_ID)
    tags = objects.get_tags(context.bucket, context.key, context.services, version_id=version_id)
    listed = (element("Tag", {"Key": name, "Value": value}) for name, value in tags)
    return xml_response(element("Tagging", {}, element("TagSet", {}, *listed)))


def put_tagging(context: RequestContext) -> Response:
    """Replace all tags of an object."""
    body = read_body(context.request, limit=MAX_TAGS_XML_BYTES)
    root = parse_document(body, "Tagging", max_bytes=MAX_TAGS_XML_BYTES)
    tags = [_tag(node) for node in root.findall("TagSet/Tag")]
    check_tags(tags, "Tagging", str(len(tags)))
    objects.put_tags(context.bucket, context.key, tags, context.services)
    return Response(status=200)


def delete_tagging(context: RequestContext) -> Response:
    """Delete all tags of an object."""
    objects.put_tags(context.bucket, context.key, [], context.services)
    return Response(status=204)


def _tag(node: Element) -> tuple[str, str]:
    name, value = node.findtext("Key"), node.findtext("Value")
    if name is None or value is None:
        raise OssError(Code.MALFORMED_XML)
    return name, value
