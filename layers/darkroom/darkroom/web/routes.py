"""Method and sub-resource → handler: the interface at a glance."""

from collections.abc import Mapping

from darkroom.errors import Code, OssError
from darkroom.steps import Context
from darkroom.usecases.world import World
from darkroom.web import (
    bucket_settings,
    buckets,
    cors,
    deleting,
    listing,
    permissions,
    reading,
    saving,
    styles,
    submitting,
    unimplemented,
    upload_lists,
    uploads,
    writing,
)
from darkroom.web.addressing import Address, address
from darkroom.web.bounds import check_bounds
from darkroom.web.call import Call, Handler
from darkroom.web.delimiting import delimited
from darkroom.web.front import for_front, through_front
from darkroom.web.identity import caller_of
from darkroom.web.messages import Request, Response
from darkroom.web.receiving import check_intact

PLAIN = ""
"""The object or bucket itself: no sub-resource is asked for."""

type Routes = Mapping[tuple[str, str], Handler]
"""By method and sub-resource; of several in a query, the first in the table counts."""

OBJECT_ROUTES: Routes = {
    ("GET", reading.PROCESS): reading.get_processed,
    ("HEAD", reading.PROCESS): reading.get_processed,
    ("GET", submitting.ASYNC_PROCESS): submitting.get_task,
    ("POST", submitting.ASYNC_PROCESS): submitting.post_job,
    ("POST", reading.PROCESS): saving.post_processed,
    ("GET", reading.META): reading.object_meta,
    ("HEAD", reading.META): reading.object_meta,
    ("GET", permissions.ACL): permissions.get_object_acl,
    ("PUT", permissions.ACL): permissions.put_object_acl,
    ("PUT", reading.PROCESS): writing.refuse_processing,
    ("POST", uploads.UPLOADS): uploads.begin_upload,
    ("PUT", uploads.UPLOAD): uploads.put_part,
    ("POST", uploads.UPLOAD): uploads.complete_upload,
    ("DELETE", uploads.UPLOAD): uploads.abort_upload,
    ("GET", uploads.UPLOAD): upload_lists.list_parts,
    ("GET", PLAIN): delimited(reading.get_object),
    ("HEAD", PLAIN): delimited(reading.head_object),
    ("PUT", PLAIN): writing.put_object,
    ("DELETE", PLAIN): writing.delete_object,
}

BUCKET_ROUTES: Routes = {
    ("GET", styles.STYLE): styles.get_styles,
    ("PUT", styles.STYLE): styles.put_style,
    ("DELETE", styles.STYLE): styles.delete_style,
    ("GET", bucket_settings.SETTINGS): bucket_settings.get_settings,
    ("PUT", bucket_settings.SETTINGS): bucket_settings.put_settings,
    ("GET", permissions.ACL): permissions.get_bucket_acl,
    ("PUT", permissions.ACL): buckets.refuse_change,
    ("GET", buckets.INFO): buckets.bucket_info,
    ("GET", buckets.LOCATION): buckets.bucket_location,
    ("GET", uploads.UPLOADS): upload_lists.list_uploads,
    ("POST", deleting.DELETE): deleting.delete_objects,
    ("GET", listing.VERSION): listing.list_objects_v2,
    ("GET", PLAIN): listing.list_objects,
    ("HEAD", PLAIN): buckets.head_bucket,
    ("PUT", PLAIN): buckets.put_bucket,
    ("DELETE", PLAIN): buckets.refuse_change,
    ("POST", PLAIN): unimplemented.post_object,
}

SERVICE_ROUTES: Routes = {("GET", PLAIN): buckets.list_buckets}


def answer(request: Request, world: World, context: Context) -> Response:
    """Answer a request, or raise the `OssError` to answer instead."""
    check_bounds(request)
    through = through_front(request, world)
    where = address(request, world.settings)
    context.journal.note(bucket=where.bucket)
    if request.method == cors.PREFLIGHT:
        return cors.preflight(request, where.bucket, world)
    handler = _handler(request, where)
    caller = caller_of(request, where, world)
    check_intact(request)
    call = Call(request=request, address=where, caller=caller, world=world, context=context)
    response = handler(call)
    return for_front(response, caller) if through else response


def _routes(where: Address) -> tuple[Routes, frozenset[str]]:
    """Give what can be asked for there, and what OSS can besides."""
    if where.key:
        return OBJECT_ROUTES, unimplemented.OF_OBJECTS
    if where.bucket:
        return BUCKET_ROUTES, unimplemented.OF_BUCKETS
    return SERVICE_ROUTES, unimplemented.OF_BUCKETS


def _handler(request: Request, where: Address) -> Handler:
    routes, others = _routes(where)
    asked = next((name for _, name in routes if name in request.query), PLAIN)
    if asked == PLAIN:
        unimplemented.refuse_operations(request.query, others)
    handler = routes.get((request.method, asked))
    if handler is None:
        raise OssError(Code.METHOD_NOT_ALLOWED, details={"Method": request.method})
    return handler
