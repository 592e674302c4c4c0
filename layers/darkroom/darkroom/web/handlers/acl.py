"""`?acl` of objects and buckets, for who administers the bucket."""

from darkroom.errors import missing
from darkroom.usecases.authorization import administered
from darkroom.usecases.objects import object_acl, set_object_acl
from darkroom.web import object_headers
from darkroom.web.context import Call
from darkroom.web.http import Response
from darkroom.web.responses import OWNER, xml
from darkroom.web.xml import element, elements

ACL = "acl"


def get_object_acl(call: Call) -> Response:
    """Tell an object's own ACL."""
    address = call.address
    acl = object_acl(address.bucket, address.key, call.caller, call.world)
    return _policy(acl or object_headers.INHERITED)


def put_object_acl(call: Call) -> Response:
    """Change an object's own ACL to what a header says."""
    address = call.address
    text = call.request.headers.get(object_headers.OBJECT_ACL)
    if text is None:
        raise missing(object_headers.OBJECT_ACL)
    acl = object_headers.object_acl(text)
    set_object_acl(address.bucket, address.key, acl, call.caller, call.world)
    return Response(status=200)


def get_bucket_acl(call: Call) -> Response:
    """Tell a bucket's ACL."""
    bucket = administered(call.world, call.address.bucket, call.caller)
    return _policy(bucket.acl)


def _policy(grant: str) -> Response:
    listed = element("AccessControlList", elements({"Grant": grant}))
    return xml("AccessControlPolicy", OWNER + listed)
