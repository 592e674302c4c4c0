"""Method and sub-resource → handler: the interface at a glance."""

from collections.abc import Mapping

from darkroom.errors import Code, OssError
from darkroom.imaging.steps import Context
from darkroom.usecases.services import World
from darkroom.web import cors
from darkroom.web.addressing import Address, address
from darkroom.web.authentication import caller_of
from darkroom.web.cdn import for_front, through_front
from darkroom.web.context import Call, Handler
from darkroom.web.handlers import (
    acl,
    async_process,
    bucket_settings,
    buckets,
    delete_objects,
    listing,
    multipart,
    not_implemented,
    objects,
    process,
    styles,
)
from darkroom.web.handlers.process import delimited
from darkroom.web.http import Request, Response
from darkroom.web.request_checks import check_bounds, check_intact

PLAIN = ""
"""The object or bucket itself: no sub-resource is asked for."""

type Routes = Mapping[tuple[str, str], Handler]
"""By method and sub-resource; of several in a query, the first in the table counts."""

OBJECT_ROUTES: Routes = {
    ("GET", objects.PROCESS): objects.get_processed,
    ("HEAD", objects.PROCESS): objects.get_processed,
    ("GET", async_process.ASYNC_PROCESS): async_process.get_task,
    ("POST", async_process.ASYNC_PROCESS): async_process.post_job,
    ("POST", objects.PROCESS): process.post_processed,
    ("GET", objects.META): objects.object_meta,
    ("HEAD", objects.META): objects.object_meta,
    ("GET", acl.ACL): acl.get_object_acl,
    ("PUT", acl.ACL): acl.put_object_acl,
    ("PUT", objects.PROCESS): objects.refuse_processing,
    ("POST", multipart.UPLOADS): multipart.begin_upload,
    ("PUT", multipart.UPLOAD): multipart.put_part,
    ("POST", multipart.UPLOAD): multipart.complete_upload,
    ("DELETE", multipart.UPLOAD): multipart.abort_upload,
    ("GET", multipart.UPLOAD): multipart.list_parts,
    ("GET", PLAIN): delimited(objects.get_object),
    ("HEAD", PLAIN): delimited(objects.head_object),
    ("PUT", PLAIN): objects.put_object,
    ("DELETE", PLAIN): objects.delete_object,
}

BUCKET_ROUTES: Routes = {
    ("GET", styles.STYLE): styles.get_styles,
    ("PUT", styles.STYLE): styles.put_style,
    ("DELETE", styles.STYLE): styles.delete_style,
    ("GET", bucket_settings.SETTINGS): bucket_settings.get_settings,
    ("PUT", bucket_settings.SETTINGS): bucket_settings.put_settings,
    ("GET", acl.ACL): acl.get_bucket_acl,
    ("PUT", acl.ACL): buckets.refuse_change,
    ("GET", buckets.INFO): buckets.bucket_info,
    ("GET", buckets.LOCATION): buckets.bucket_location,
    ("GET", multipart.UPLOADS): multipart.list_uploads,
    ("POST", delete_objects.DELETE): delete_objects.delete_objects,
    ("GET", listing.VERSION): listing.list_objects_v2,
    ("GET", PLAIN): listing.list_objects,
    ("HEAD", PLAIN): buckets.head_bucket,
    ("PUT", PLAIN): buckets.put_bucket,
    ("DELETE", PLAIN): buckets.refuse_change,
    ("POST", PLAIN): not_implemented.post_object,
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
        return OBJECT_ROUTES, not_implemented.OF_OBJECTS
    if where.bucket:
        return BUCKET_ROUTES, not_implemented.OF_BUCKETS
    return SERVICE_ROUTES, not_implemented.OF_BUCKETS


def _handler(request: Request, where: Address) -> Handler:
    routes, others = _routes(where)
    asked = next((name for _, name in routes if name in request.query), PLAIN)
    if asked == PLAIN:
        not_implemented.refuse_operations(request.query, others)
    handler = routes.get((request.method, asked))
    if handler is None:
        raise OssError(Code.METHOD_NOT_ALLOWED, details={"Method": request.method})
    return handler
