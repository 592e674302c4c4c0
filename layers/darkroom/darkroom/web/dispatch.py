"""Method and sub-resource → handler and the access that it requires."""

from collections.abc import Mapping
from dataclasses import dataclass

from darkroom.auth import Caller, SignedRequest, verify
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.naming_rules import check_bucket_name, check_key
from darkroom.settings import Settings
from darkroom.usecases.authorization import Access, authorize
from darkroom.usecases.services import Services
from darkroom.web import cors
from darkroom.web.cdn import came_through_cdn, limit_caching
from darkroom.web.context import Handler, RequestContext, RequestTarget
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
from darkroom.web.http import Address, Request, Response
from darkroom.web.request_checks import check_body_intact, check_request_limits
from darkroom.web.wire import QueryParameter

PLAIN = ""
"""The object or bucket itself: the query names no sub-resource."""


@dataclass(frozen=True, slots=True)
class Route:
    """A handler and the access that its caller must have, checked before it is called."""

    handler: Handler
    requires: Access


type Routes = Mapping[tuple[str, str], Route]
"""By method and sub-resource; of several in a query, the first in the table counts."""

OBJECT_ROUTES: Routes = {
    ("GET", QueryParameter.PROCESS): Route(process.get_processed, Access.READ_OBJECT),
    ("HEAD", QueryParameter.PROCESS): Route(process.get_processed, Access.READ_OBJECT),
    ("GET", QueryParameter.ASYNC_PROCESS): Route(async_process.get_task, Access.READ_TASKS),
    ("POST", QueryParameter.ASYNC_PROCESS): Route(async_process.post_job, Access.STORE_RESULT),
    ("POST", QueryParameter.PROCESS): Route(process.post_processed, Access.STORE_RESULT),
    ("GET", QueryParameter.OBJECT_META): Route(objects.get_object_meta, Access.READ_OBJECT),
    ("HEAD", QueryParameter.OBJECT_META): Route(objects.get_object_meta, Access.READ_OBJECT),
    ("GET", QueryParameter.ACL): Route(acl.get_object_acl, Access.ADMIN),
    ("PUT", QueryParameter.ACL): Route(acl.put_object_acl, Access.ADMIN),
    ("PUT", QueryParameter.PROCESS): Route(process.refuse_put, Access.NONE),
    ("POST", QueryParameter.UPLOADS): Route(multipart.initiate_upload, Access.WRITE),
    ("PUT", QueryParameter.UPLOAD_ID): Route(multipart.put_part, Access.WRITE),
    ("POST", QueryParameter.UPLOAD_ID): Route(multipart.complete_upload, Access.WRITE),
    ("DELETE", QueryParameter.UPLOAD_ID): Route(multipart.abort_upload, Access.WRITE),
    ("GET", QueryParameter.UPLOAD_ID): Route(multipart.list_parts, Access.WRITE),
    ("GET", PLAIN): Route(process.styled_or(objects.get_object), Access.READ_OBJECT),
    ("HEAD", PLAIN): Route(process.styled_or(objects.head_object), Access.READ_OBJECT),
    ("PUT", PLAIN): Route(objects.put_object, Access.WRITE),
    ("DELETE", PLAIN): Route(objects.delete_object, Access.WRITE),
}

BUCKET_ROUTES: Routes = {
    ("GET", QueryParameter.STYLE): Route(styles.get_styles, Access.ADMIN),
    ("PUT", QueryParameter.STYLE): Route(styles.put_style, Access.ADMIN),
    ("DELETE", QueryParameter.STYLE): Route(styles.delete_style, Access.ADMIN),
    ("GET", QueryParameter.BUCKET_SETTINGS): Route(bucket_settings.get_settings, Access.ADMIN),
    ("PUT", QueryParameter.BUCKET_SETTINGS): Route(bucket_settings.put_settings, Access.ADMIN),
    ("GET", QueryParameter.ACL): Route(acl.get_bucket_acl, Access.ADMIN),
    ("PUT", QueryParameter.ACL): Route(buckets.refuse_change, Access.CHANGE_BUCKETS),
    ("GET", QueryParameter.BUCKET_INFO): Route(buckets.get_bucket_info, Access.LIST),
    ("GET", QueryParameter.LOCATION): Route(buckets.get_bucket_location, Access.LIST),
    ("GET", QueryParameter.UPLOADS): Route(multipart.list_uploads, Access.LIST),
    ("POST", QueryParameter.DELETE): Route(delete_objects.delete_objects, Access.WRITE),
    ("GET", QueryParameter.LIST_TYPE): Route(listing.list_objects_v2, Access.LIST),
    ("GET", PLAIN): Route(listing.list_objects, Access.LIST),
    ("HEAD", PLAIN): Route(buckets.head_bucket, Access.LIST),
    ("PUT", PLAIN): Route(buckets.put_bucket, Access.CREATE_BUCKET),
    ("DELETE", PLAIN): Route(buckets.refuse_change, Access.CHANGE_BUCKETS),
    ("POST", PLAIN): Route(not_implemented.post_object, Access.NONE),
}

SERVICE_ROUTES: Routes = {("GET", PLAIN): Route(buckets.list_buckets, Access.LIST_BUCKETS)}


def locate(request: Request, services: Services) -> RequestTarget:
    """Resolve the address of a request; an error is stored in the target, never raised."""
    address = Address("", "")
    try:
        address = parse_address(request, services.settings)
        found = services.buckets.find(address.bucket) if address.bucket else None
    except OssError as error:
        return RequestTarget(address=address, known_bucket=None, error=error)
    return RequestTarget(address=address, known_bucket=found)


def parse_address(request: Request, settings: Settings) -> Address:
    """Read bucket and key from host and path alone.

    Raises `SecondLevelDomainForbidden` where path style is disabled, `InvalidBucketName` and
    `InvalidObjectName`.
    """
    bucket = _bucket_of_host(request.host, settings)
    if bucket is not None:
        key = request.path.removeprefix("/")
    elif settings.path_style:
        bucket, _, key = request.path.removeprefix("/").partition("/")
    else:
        raise OssError(Code.SECOND_LEVEL_DOMAIN_FORBIDDEN)
    if bucket or key:
        check_bucket_name(bucket)
    if key:
        check_key(key)
    return Address(bucket, key)


def _bucket_of_host(host: str, settings: Settings) -> str | None:
    if host in settings.domains:
        return settings.domains[host]
    for domain in settings.base_domains:
        if host.endswith("." + domain):
            return host.removesuffix("." + domain)
    return None


def dispatch(
    request: Request, target: RequestTarget, services: Services, processing: ProcessingContext
) -> Response:
    """Answer a request, or raise the `OssError` that answers it (spec 05 §6 has the order)."""
    check_request_limits(request)
    verifier, required = services.origin_verifier, services.settings.origin_secret_required
    through_cdn = verifier is not None and came_through_cdn(
        request.origin_token, verifier, required=required
    )
    processing.log_context.bind(bucket=target.address.bucket)
    if target.error is not None:
        raise target.error
    if request.method == cors.PREFLIGHT:
        return cors.preflight(request, target.bucket)
    route = _find_route(request, target.address)
    caller = authenticate(request, target.address, services)
    check_body_intact(request)
    authorize(route.requires, target.known_bucket, target.address.bucket, caller)
    context = RequestContext(
        request=request, target=target, caller=caller, services=services, processing=processing
    )
    response = route.handler(context)
    return limit_caching(response, caller) if through_cdn else response


def _find_route(request: Request, address: Address) -> Route:
    if address.key:
        routes, others = OBJECT_ROUTES, not_implemented.OF_OBJECTS
    elif address.bucket:
        routes, others = BUCKET_ROUTES, not_implemented.OF_BUCKETS
    else:
        routes, others = SERVICE_ROUTES, not_implemented.OF_BUCKETS
    sub_resource = next((name for _, name in routes if name in request.query), PLAIN)
    if sub_resource == PLAIN:
        not_implemented.refuse_operations(request.query, others)
    route = routes.get((request.method, sub_resource))
    if route is None:
        raise OssError(Code.METHOD_NOT_ALLOWED, details={"Method": request.method})
    return route


def authenticate(request: Request, address: Address, services: Services) -> Caller:
    """Return the caller, `ANONYMOUS` for a request without a signature (spec 01 §5).

    Raises `OssError` for an invalid signature, even where no permission is needed.
    """
    signed = SignedRequest(
        method=request.method,
        bucket=address.bucket or None,
        key=address.key,
        query=request.query_pairs,
        headers=request.headers,
        body=lambda: request.body,
    )
    return verify(signed, credentials=services.credentials, now=services.clock())
