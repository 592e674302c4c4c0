"""Method and sub-resource → handler: the interface at a glance."""

from collections.abc import Mapping

from darkroom.errors import Code, OssError
from darkroom.steps import Context
from darkroom.usecases.world import World
from darkroom.web import bucket_settings, cors, reading, saving, styles
from darkroom.web.addressing import Address, address
from darkroom.web.call import Call, Handler
from darkroom.web.delimiting import delimited
from darkroom.web.identity import caller_of
from darkroom.web.messages import Request, Response

PLAIN = ""
"""The object or bucket itself: no sub-resource is asked for."""

type Routes = Mapping[tuple[str, str], Handler]
"""By method and sub-resource; of several in a query, the first in the table counts."""

OBJECT_ROUTES: Routes = {
    ("GET", reading.PROCESS): reading.get_processed,
    ("HEAD", reading.PROCESS): reading.get_processed,
    ("POST", reading.PROCESS): saving.post_processed,
    ("GET", reading.META): reading.object_meta,
    ("HEAD", reading.META): reading.object_meta,
    ("GET", PLAIN): delimited(reading.get_object),
    ("HEAD", PLAIN): delimited(reading.head_object),
}

BUCKET_ROUTES: Routes = {
    ("GET", styles.STYLE): styles.get_styles,
    ("PUT", styles.STYLE): styles.put_style,
    ("DELETE", styles.STYLE): styles.delete_style,
    ("GET", bucket_settings.SETTINGS): bucket_settings.get_settings,
    ("PUT", bucket_settings.SETTINGS): bucket_settings.put_settings,
}

SERVICE_ROUTES: Routes = {}


def answer(request: Request, world: World, context: Context) -> Response:
    """Answer a request, or raise the `OssError` to answer instead."""
    where = address(request, world.settings)
    if request.method == cors.PREFLIGHT:
        return cors.preflight(request, where.bucket, world)
    handler = _handler(request, _routes(where))
    caller = caller_of(request, where, world)
    return handler(
        Call(request=request, address=where, caller=caller, world=world, context=context)
    )


def _routes(where: Address) -> Routes:
    if where.key:
        return OBJECT_ROUTES
    return BUCKET_ROUTES if where.bucket else SERVICE_ROUTES


def _handler(request: Request, routes: Routes) -> Handler:
    asked = next((name for _, name in routes if name in request.query), PLAIN)
    handler = routes.get((request.method, asked))
    if handler is None:
        raise OssError(Code.METHOD_NOT_ALLOWED, details={"Method": request.method})
    return handler
