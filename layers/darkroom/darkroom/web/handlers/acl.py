"""`?acl` of objects and buckets (spec 01 §4)."""

from darkroom.errors import missing
from darkroom.usecases import objects
from darkroom.web import wire
from darkroom.web.context import RequestContext
from darkroom.web.http import Response
from darkroom.web.object_headers import INHERITED_ACL, object_acl
from darkroom.web.responses import xml_response
from darkroom.web.xml import access_control_list, element, owner


def get_object_acl(context: RequestContext) -> Response:
    """Answer an object's own ACL, `default` where it inherits the bucket's."""
    acl = objects.get_object_acl(context.bucket, context.key, context.services)
    return _policy_response(acl or INHERITED_ACL)


def put_object_acl(context: RequestContext) -> Response:
    """Set an object's own ACL from its header."""
    text = context.request.headers.get(wire.OBJECT_ACL)
    if text is None:
        raise missing(wire.OBJECT_ACL)
    objects.put_object_acl(context.bucket, context.key, object_acl(text), context.services)
    return Response(status=200)


def get_bucket_acl(context: RequestContext) -> Response:
    """Answer a bucket's ACL."""
    return _policy_response(context.bucket.acl)


def _policy_response(grant: str) -> Response:
    return xml_response(element("AccessControlPolicy", {}, owner(), access_control_list(grant)))
