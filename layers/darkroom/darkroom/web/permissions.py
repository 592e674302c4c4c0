"""`?acl` of objects and buckets, for who administers the bucket."""

from darkroom.errors import missing
from darkroom.usecases.access import administered
from darkroom.usecases.storing import object_acl, set_object_acl
from darkroom.web import attributes
from darkroom.web.bodies import element, elements
from darkroom.web.call import Call
from darkroom.web.messages import Response
from darkroom.web.replies import OWNER, xml

ACL = "acl"


def get_object_acl(call: Call) -> Response:
    """Tell an object's own ACL."""
    address = call.address
    acl = object_acl(address.bucket, address.key, call.caller, call.world)
    return _policy(acl or attributes.INHERITED)


def put_object_acl(call: Call) -> Response:
    """Change an object's own ACL to what a header says."""
    address = call.address
    text = call.request.headers.get(attributes.OBJECT_ACL)
    if text is None:
        raise missing(attributes.OBJECT_ACL)
    acl = attributes.object_acl(text)
    set_object_acl(address.bucket, address.key, acl, call.caller, call.world)
    return Response(status=200)


def get_bucket_acl(call: Call) -> Response:
    """Tell a bucket's ACL."""
    bucket = administered(call.world, call.address.bucket, call.caller)
    return _policy(bucket.acl)


def _policy(grant: str) -> Response:
    listed = element("AccessControlList", elements({"Grant": grant}))
    return xml("AccessControlPolicy", OWNER + listed)
