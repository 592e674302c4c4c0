"""Buckets as such: which there are, and what can be said of one."""

from darkroom.errors import Code, OssError
from darkroom.usecases.authorization import administered, listable, visible
from darkroom.web.context import Call
from darkroom.web.handlers.listing import flag, page_size
from darkroom.web.http import Response
from darkroom.web.responses import OWNER, xml
from darkroom.web.xml import element, elements, text

INFO = "bucketInfo"
LOCATION = "location"

CREATED = "2026-01-01T00:00:00.000Z"
"""Clients want a date. Buckets are listed here and not created: they all have this one."""


def list_buckets(call: Call) -> Response:
    """Answer the buckets that the caller's key is for."""
    names = visible(call.caller, call.world)
    query = call.request.query
    prefix, marker = query.get("prefix", ""), query.get("marker", "")
    limit = page_size(query, "max-keys", "100")
    found = [name for name in names if name.startswith(prefix) and name > marker]
    head = {
        "Prefix": prefix,
        "Marker": marker,
        "MaxKeys": str(limit),
        "IsTruncated": flag(len(found) > limit),
        **({"NextMarker": found[limit - 1]} if len(found) > limit else {}),
    }
    shown = "".join(element("Bucket", _facts(name, call)) for name in found[:limit])
    return xml("ListAllMyBucketsResult", elements(head) + OWNER + element("Buckets", shown))


def bucket_info(call: Call) -> Response:
    """Answer all that can be said of a bucket."""
    bucket = listable(call.world, call.address.bucket, call.caller)
    grant = element("AccessControlList", elements({"Grant": bucket.acl}))
    return xml("BucketInfo", element("Bucket", _facts(bucket.name, call) + OWNER + grant))


def bucket_location(call: Call) -> Response:
    """Answer where a bucket is."""
    listable(call.world, call.address.bucket, call.caller)
    return xml("LocationConstraint", text(_location(call)))


def head_bucket(call: Call) -> Response:
    """Answer that a bucket is there."""
    listable(call.world, call.address.bucket, call.caller)
    return Response(status=200, headers={"x-oss-bucket-region": call.world.settings.region})


def put_bucket(call: Call) -> Response:
    """Agree to a bucket that is there already, as OSS does to its owner; make no other."""
    if call.world.buckets.find(call.address.bucket) is None:
        refuse_change(call)
    bucket = administered(call.world, call.address.bucket, call.caller)
    if call.request.headers.get("x-oss-acl", bucket.acl) != bucket.acl:
        refuse_change(call)
    return Response(status=200)


def refuse_change(call: Call) -> Response:
    """Leave buckets to the deployment: which there are, and what they are."""
    if call.caller.anonymous:
        raise OssError(Code.ACCESS_DENIED)
    raise OssError(
        Code.NOT_IMPLEMENTED,
        "Buckets are listed in the settings of the service. "
        "They are not created, changed or deleted by requests like this.",
    )


def _facts(name: str, call: Call) -> str:
    host = call.request.host
    return elements(
        {
            "CreationDate": CREATED,
            "ExtranetEndpoint": host,
            "IntranetEndpoint": host,
            "Location": _location(call),
            "Name": name,
            "Region": call.world.settings.region,
            "StorageClass": "Standard",
        }
    )


def _location(call: Call) -> str:
    return f"oss-{call.world.settings.region}"
