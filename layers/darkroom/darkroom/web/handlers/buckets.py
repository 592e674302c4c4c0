"""Buckets: list, information, location, creation (spec 01 §7)."""

from typing import Never

from darkroom.errors import Code, OssError
from darkroom.usecases.authorization import accessible_buckets
from darkroom.web import wire
from darkroom.web.context import RequestContext
from darkroom.web.http import NO_STORE, Request, Response
from darkroom.web.request_checks import read_page_size
from darkroom.web.responses import xml_response
from darkroom.web.wire import QueryParameter
from darkroom.web.xml import access_control_list, boolean, element, owner, text_element

CREATED = "2026-01-01T00:00:00.000Z"
"""Creation date of every bucket: clients require one, but buckets are configured, not created."""


def list_buckets(context: RequestContext) -> Response:
    """Answer the buckets that the caller's key has a permission for."""
    query = context.query
    prefix, marker = query.get(QueryParameter.PREFIX, ""), query.get(QueryParameter.MARKER, "")
    limit = read_page_size(query, QueryParameter.MAX_KEYS, "100")
    names = accessible_buckets(context.caller, context.services)
    found = [name for name in names if name.startswith(prefix) and name > marker]
    fields = {
        "Prefix": prefix,
        "Marker": marker,
        "MaxKeys": str(limit),
        "IsTruncated": boolean(len(found) > limit),
        **({"NextMarker": found[limit - 1]} if len(found) > limit else {}),
    }
    buckets = (element("Bucket", _bucket_fields(name, context)) for name in found[:limit])
    return xml_response(
        element("ListAllMyBucketsResult", fields, owner(), element("Buckets", {}, *buckets))
    )


def describe_service(request: Request) -> Response:
    """Tell a person who opens the address in a browser what it is; a program gets XML."""
    host = request.headers.get("host", "")
    text = (
        "This is Darkroom. It answers requests of Alibaba Cloud OSS for objects and pictures:\n\n"
        f"  https://{host}/<bucket>/<key>?x-oss-process=image/resize,w_400\n\n"
        "The list of buckets is for signed requests only.\n"
    )
    return Response(
        status=200,
        headers={**NO_STORE, "content-type": "text/plain; charset=utf-8"},
        body=text.encode(),
    )


def get_bucket_info(context: RequestContext) -> Response:
    """Answer name, ACL, location and endpoints of a bucket."""
    grant = access_control_list(context.bucket.acl)
    bucket = element("Bucket", _bucket_fields(context.bucket.name, context), owner(), grant)
    return xml_response(element("BucketInfo", {}, bucket))


def get_bucket_location(context: RequestContext) -> Response:
    """Answer the bucket's region, as `oss-<region>`."""
    return xml_response(text_element("LocationConstraint", _location(context)))


def head_bucket(context: RequestContext) -> Response:
    """Answer that a bucket exists, with its region."""
    region = context.services.settings.region
    return Response(status=200, headers={wire.BUCKET_REGION: region})


def put_bucket(context: RequestContext) -> Response:
    """Accept a bucket that exists with that ACL, as OSS does for its owner; create none."""
    bucket = context.target.known_bucket
    if bucket is None or context.request.headers.get(wire.BUCKET_ACL, bucket.acl) != bucket.acl:
        refuse_change(context)
    return Response(status=200)


def refuse_change(context: RequestContext) -> Never:
    """Refuse to create, change or delete a bucket: the deployment configures buckets."""
    del context
    raise OssError(
        Code.METHOD_NOT_ALLOWED,
        "Buckets are listed in the settings of the service. "
        "They are not created, changed or deleted by requests like this.",
    )


def _bucket_fields(name: str, context: RequestContext) -> dict[str, str]:
    host = context.request.host
    return {
        "CreationDate": CREATED,
        "ExtranetEndpoint": host,
        "IntranetEndpoint": host,
        "Location": _location(context),
        "Name": name,
        "Region": context.services.settings.region,
        "StorageClass": "Standard",
    }


def _location(context: RequestContext) -> str:
    return f"oss-{context.services.settings.region}"
