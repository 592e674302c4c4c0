"""Method and sub-resource → handler and the access that it requires."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from darkroom.auth import v1
from darkroom.errors import Code, OssError, callback_refused, invalid
from darkroom.imaging.context import ProcessingContext
from darkroom.naming_rules import check_bucket_name, check_key
from darkroom.ports.bodies import Body
from darkroom.process.dialects import DIALECTS
from darkroom.settings import Settings
from darkroom.usecases.authorization import Access, authorize
from darkroom.usecases.services import Services
from darkroom.web import cors, wire
from darkroom.web.authentication import (
    Authenticate,
    authenticate,
    authenticate_form,
    check_received_body,
    process_parameter,
)
from darkroom.web.cdn import came_through_cdn, limit_caching
from darkroom.web.context import Handler, RequestContext, RequestTarget
from darkroom.web.handlers import (
    acl,
    async_process,
    bucket_configuration,
    bucket_settings,
    buckets,
    delete_objects,
    listing,
    multipart,
    not_implemented,
    objects,
    post_object,
    process,
    styles,
    tagging,
)
from darkroom.web.http import WRITES, Address, Request, Response
from darkroom.web.request_checks import (
    MAX_DOCUMENT_BYTES,
    check_body_intact,
    check_request_limits,
)
from darkroom.web.wire import QueryParameter

PLAIN = ""
"""The object or bucket itself: the query names no sub-resource."""


class Route(Struct, frozen=True):
    """A handler and the access that its caller must have, checked before it is called."""

    handler: Handler
    requires: Access
    parameters: frozenset[str] = frozenset()
    """Further sub-resources of a write; it is refused with any other."""
    authenticate: Authenticate = authenticate
    stores_body: bool = False
    """Whether the body is stored; otherwise it is a document of limited size."""


type Routes = Mapping[tuple[str, str], Route]
"""By method and sub-resource; of several in a query, the first in the table counts."""

SUBRESOURCES = v1.SUBRESOURCES | not_implemented.OF_OBJECTS | not_implemented.OF_BUCKETS

_WITHOUT_EFFECT = frozenset(
    name
    for name in v1.SUBRESOURCES
    if name.startswith((wire.RESPONSE_PREFIX, "x-oss-ac-"))
    or name in ("security-token", "x-oss-traffic-limit", "x-oss-request-payer")
)
"""Sub-resources that change nothing about what a request writes."""

_STYLE_NAME = frozenset({QueryParameter.STYLE_NAME})

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
    ("GET", QueryParameter.TAGGING): Route(tagging.get_tagging, Access.LIST),
    ("PUT", QueryParameter.TAGGING): Route(tagging.put_tagging, Access.WRITE),
    ("DELETE", QueryParameter.TAGGING): Route(tagging.delete_tagging, Access.WRITE),
    ("POST", QueryParameter.UPLOADS): Route(
        multipart.initiate_upload, Access.WRITE, frozenset({"sequential"})
    ),
    ("PUT", QueryParameter.UPLOAD_ID): Route(
        multipart.put_part,
        Access.WRITE,
        frozenset({QueryParameter.PART_NUMBER}),
        stores_body=True,
    ),
    ("POST", QueryParameter.UPLOAD_ID): Route(multipart.complete_upload, Access.WRITE),
    ("DELETE", QueryParameter.UPLOAD_ID): Route(multipart.abort_upload, Access.WRITE),
    ("GET", QueryParameter.UPLOAD_ID): Route(multipart.list_parts, Access.WRITE),
    ("GET", PLAIN): Route(process.styled_or(objects.get_object), Access.READ_OBJECT),
    ("HEAD", PLAIN): Route(process.styled_or(objects.head_object), Access.READ_OBJECT),
    ("PUT", PLAIN): Route(objects.put_object, Access.WRITE, stores_body=True),
    ("DELETE", PLAIN): Route(
        objects.delete_object, Access.WRITE, frozenset({QueryParameter.VERSION_ID})
    ),
}

BUCKET_ROUTES: Routes = {
    ("GET", QueryParameter.STYLE): Route(styles.get_styles, Access.ADMIN),
    ("PUT", QueryParameter.STYLE): Route(styles.put_style, Access.ADMIN, _STYLE_NAME),
    ("DELETE", QueryParameter.STYLE): Route(styles.delete_style, Access.ADMIN, _STYLE_NAME),
    ("GET", QueryParameter.BUCKET_SETTINGS): Route(bucket_settings.get_settings, Access.ADMIN),
    ("PUT", QueryParameter.BUCKET_SETTINGS): Route(bucket_settings.put_settings, Access.ADMIN),
    ("GET", QueryParameter.ACL): Route(acl.get_bucket_acl, Access.ADMIN),
    ("PUT", QueryParameter.ACL): Route(buckets.refuse_change, Access.CHANGE_BUCKETS),
    ("GET", QueryParameter.CORS): Route(bucket_configuration.get_cors, Access.ADMIN),
    **{
        ("GET", name): Route(handler, Access.ADMIN)
        for name, handler in bucket_configuration.NOT_SET.items()
    },
    ("GET", QueryParameter.BUCKET_INFO): Route(buckets.get_bucket_info, Access.LIST),
    ("GET", QueryParameter.LOCATION): Route(buckets.get_bucket_location, Access.LIST),
    ("GET", QueryParameter.UPLOADS): Route(multipart.list_uploads, Access.LIST),
    ("GET", QueryParameter.VERSIONS): Route(listing.list_versions, Access.LIST),
    ("GET", QueryParameter.VERSIONING): Route(listing.get_versioning, Access.LIST),
    ("POST", QueryParameter.DELETE): Route(delete_objects.delete_objects, Access.WRITE),
    ("GET", QueryParameter.LIST_TYPE): Route(listing.list_objects_v2, Access.LIST),
    ("GET", PLAIN): Route(listing.list_objects, Access.LIST),
    ("HEAD", PLAIN): Route(buckets.head_bucket, Access.LIST),
    ("PUT", PLAIN): Route(buckets.put_bucket, Access.CREATE_BUCKET),
    ("DELETE", PLAIN): Route(buckets.refuse_change, Access.CHANGE_BUCKETS),
    ("POST", PLAIN): Route(post_object.post_object, Access.WRITE, authenticate=authenticate_form),
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


class Admitted(Struct, frozen=True, kw_only=True):
    """A request with its route, whose caller has the right that the route requires."""

    route: Route
    context: RequestContext
    through_cdn: bool

    @property
    def max_body_bytes(self) -> int:
        """Bytes of the largest body that the route takes."""
        if self.route.stores_body:
            return self.context.services.settings.upload_limit
        return MAX_DOCUMENT_BYTES

    def with_body(self, body: Body) -> "Admitted":
        """Return the request with the body that followed; raises `OssError` for a damaged one."""
        request = replace(
            self.context.request,
            body=body if isinstance(body, bytes) else b"",
            spooled=None if isinstance(body, bytes) else body,
            body_follows=False,
        )
        check_received_body(request, self.context.target.address)
        return replace(self, context=replace(self.context, request=request))


def answer(admitted: Admitted | Response) -> Response:
    """Answer an admitted request whose body is there, or raise the `OssError` that answers it."""
    if isinstance(admitted, Response):
        return admitted
    context = admitted.context
    response = admitted.route.handler(context)
    return limit_caching(response, context.caller) if admitted.through_cdn else response


def admit(
    request: Request, target: RequestTarget, services: Services, processing: ProcessingContext
) -> Admitted | Response:
    """Check everything up to the right of the route (spec 05 §6 has the order).

    A body that the entry has received is checked before the right, one that follows after it.
    Returns the response of a preflight, and of a browser at the address of the service.
    """
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
    parameter = process_parameter(request, target.address, services.settings.dialects)
    if parameter in DIALECTS:
        processing.log_context.bind(dialect=parameter)
    route = _find_route(request, target.address, parameter)
    caller, address = route.authenticate(request, target.address, services)
    target = replace(target, address=address)
    check_body_intact(request)
    if not address.bucket and caller.anonymous and _is_browser_at_root(request):
        return buckets.describe_service(request)
    authorize(route.requires, target.known_bucket, target.address.bucket, caller)
    context = RequestContext(
        request=request,
        target=target,
        caller=caller,
        services=services,
        processing=processing,
        process_parameter=parameter,
        process=request.query.get(parameter, ""),
    )
    return Admitted(route=route, context=context, through_cdn=through_cdn)


def _is_browser_at_root(request: Request) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and not request.query
        and "text/html" in request.headers.get("accept", "")
    )


def _find_route(request: Request, address: Address, parameter: str) -> Route:
    if address.key:
        routes, others = OBJECT_ROUTES, not_implemented.OF_OBJECTS
    elif address.bucket:
        routes, others = BUCKET_ROUTES, not_implemented.OF_BUCKETS
    else:
        routes, others = SERVICE_ROUTES, not_implemented.OF_BUCKETS
    sub_resource: str = next((name for _, name in routes if name in request.query), PLAIN)
    if parameter in DIALECTS:
        sub_resource = QueryParameter.PROCESS
    if sub_resource == PLAIN:
        not_implemented.refuse_operations(request.query, others)
    route = routes.get((request.method, sub_resource))
    if route is None and sub_resource in others:
        raise not_implemented.not_implemented(sub_resource)
    if route is None:
        raise OssError(Code.METHOD_NOT_ALLOWED, details={"Method": request.method})
    if request.method in WRITES:
        _refuse_other_sub_resources(request, sub_resource, route)
    return route


def _refuse_other_sub_resources(request: Request, sub_resource: str, route: Route) -> None:
    """Refuse a write that names something else than its route writes: a part is no object."""
    used = {sub_resource, *route.parameters}
    for name, value in request.query.items():
        if name in not_implemented.CALLBACKS:
            raise callback_refused()
        if name in SUBRESOURCES - _WITHOUT_EFFECT - used:
            reason = f"A {request.method} of this resource has no such parameter"
            raise invalid(name, value, reason)
