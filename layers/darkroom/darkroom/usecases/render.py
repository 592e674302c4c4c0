"""Rendering: reads an object, processes it and returns the result."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from time import perf_counter

from darkroom.auth import ANONYMOUS, Caller
from darkroom.buckets import Bucket
from darkroom.errors import OssError, invalid
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.negotiation import AcceptedFormat
from darkroom.imaging.operation import Operation
from darkroom.imaging.operations import action_names, compile_operations, watermark_keys
from darkroom.imaging.operations.format import is_negotiated
from darkroom.imaging.pipeline import Result, run
from darkroom.ports.objects import ObjectInfo
from darkroom.ports.results import CachedResult
from darkroom.process.grammar import PROCESS
from darkroom.usecases.accept import accepted_format
from darkroom.usecases.authorization import authorize_object, authorize_read
from darkroom.usecases.objects import retry_if_replaced
from darkroom.usecases.preconditions import Preconditions
from darkroom.usecases.result_storage import (
    CacheStatus,
    ResultCache,
    ResultIdentity,
    is_cacheable,
)
from darkroom.usecases.services import Services
from darkroom.usecases.styles import resolve_style
from darkroom.usecases.watermark_loader import WatermarkLoader


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
    """Which object to process, and how."""

    bucket: Bucket
    key: str
    process: str
    """The process value as written, percent-decoded."""
    parameter: str = PROCESS
    """The query parameter of the process, which has a dialect (spec 07 §2)."""
    version_id: str | None = None
    caller: Caller = ANONYMOUS
    preconditions: Preconditions | None = None
    """None without a conditional header."""
    accept: str = ""
    """The `Accept` header, by which `format,auto` chooses."""
    accepted: AcceptedFormat | None = None
    """What the header names; None where the result does not depend on it."""

    def variant(self, source: ObjectInfo) -> ObjectInfo:
        """Return the source with an ETag of its own for each format that the client may accept.

        One URL then has several results, of which one ETag must not stand for two.
        """
        if self.accepted is None or self.accepted is AcceptedFormat.NONE:
            return source
        return replace(source, etag=f"{source.etag}-{self.accepted.upper()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderResult:
    """A result with its source object; no result where the response is a 304."""

    source: ObjectInfo
    result: Result | CachedResult | None = None
    """A `CachedResult` where it is larger than a reply, so that its bytes were not read."""
    identity: ResultIdentity | None = None
    """All that the result depends on: its key in the result storage."""
    processing_seconds: float = 0
    cache_status: CacheStatus = CacheStatus.BYPASS
    store_error: OssError | None = None
    """Why the result storage could not be used; the request succeeds anyway."""
    accepted: AcceptedFormat | None = None
    """What the result's format was chosen by; None where it does not depend on it."""


def render(
    request: RenderRequest, services: Services, processing: ProcessingContext
) -> RenderResult:
    """Return a processed picture; everything is checked before the object is opened."""
    resolved = resolve_style(request.process, request.bucket, services, parameter=request.parameter)
    authorize_read(request.bucket, request.key, request.caller, services, resolved.purpose)
    process = resolved.process
    if process.save is not None:
        raise invalid(request.parameter, request.process, "sys/saveas is for POST requests")
    operations = compile_operations(process.actions)
    processing.log_context.bind(operations=action_names(operations))
    if is_negotiated(operations):
        request = replace(request, accepted=accepted_format(request.accept))
    cache = services.result_cache
    if cache is None or not is_cacheable(operations):
        return render_object(request, operations, services, processing)
    found, error = _look_up(request, operations, services, processing, cache)
    if found is not None:
        return found
    fresh = render_object(request, operations, services, processing)
    error = error or _store(fresh, services, processing, cache)
    return replace(fresh, cache_status=CacheStatus.MISS, store_error=error)


@retry_if_replaced
def render_object(
    request: RenderRequest,
    operations: Sequence[Operation],
    services: Services,
    processing: ProcessingContext,
) -> RenderResult:
    """Open the object, evaluate the preconditions, read it and process it."""
    with processing.stage("store"):
        source = services.objects.open(
            request.bucket.name, request.key, version_id=request.version_id
        )
    with closing(source):
        processing.log_context.bind(source_bytes=source.info.size)
        authorize_object(request.bucket, request.caller, source.info)
        info = source.info if request.accepted is None else request.variant(source.info)
        if request.preconditions and request.preconditions.evaluate(info):
            return RenderResult(source=info, accepted=request.accepted)
        start = perf_counter()
        processing.limits.check_source_bytes(source.info.size)
        with processing.stage("store"):
            data = source.read()
    etags: Mapping[str, str] = {}
    if watermark_keys(operations):
        loader = WatermarkLoader(bucket=request.bucket.name, services=services, context=processing)
        processing, etags = loader.processing_context(), loader.etags
    upright = services.settings.auto_orient
    accepted = request.accepted or AcceptedFormat.NONE
    result = run(data, operations, processing, upright=upright, accepted=accepted)
    processing.log_context.bind(result_bytes=len(result.body))
    return RenderResult(
        source=info,
        accepted=request.accepted,
        result=result,
        identity=_identity(info, operations, etags, services),
        processing_seconds=perf_counter() - start,
    )


def _identity(
    source: ObjectInfo,
    operations: Sequence[Operation],
    etags: Mapping[str, str],
    services: Services,
) -> ResultIdentity:
    return ResultIdentity(
        source=source,
        operations=operations,
        watermark_etags=etags,
        auto_orient=services.settings.auto_orient,
    )


def _look_up(
    request: RenderRequest,
    operations: Sequence[Operation],
    services: Services,
    processing: ProcessingContext,
    cache: ResultCache,
) -> tuple[RenderResult | None, OssError | None]:
    """Return the cached result, or None and the error of the lookup; never raises `OssError`.

    A client error is raised when the object itself is opened, with more detail than a HEAD gives.
    """
    try:
        return _cached_result(request, operations, services, processing, cache), None
    except OssError as error:
        return None, error


def _cached_result(
    request: RenderRequest,
    operations: Sequence[Operation],
    services: Services,
    processing: ProcessingContext,
    cache: ResultCache,
) -> RenderResult | None:
    """Return the result of the object's current version; the caller's rights are checked first."""
    bucket = request.bucket.name
    with processing.stage("store"):
        source = cache.objects.head(bucket, request.key, version_id=request.version_id)
    processing.log_context.bind(source_bytes=source.size)
    authorize_object(request.bucket, request.caller, source)
    if request.accepted is not None:
        source = request.variant(source)
    if request.preconditions and request.preconditions.evaluate(source):
        return RenderResult(source=source, accepted=request.accepted)
    processing.limits.check_source_bytes(source.size)
    with processing.stage("store"):
        keys = sorted(watermark_keys(operations))
        etags = {key: cache.objects.head(bucket, key).etag for key in keys}
    identity = _identity(source, operations, etags, services)
    with processing.stage("results"):
        cached = cache.storage.get(identity.key(), max_bytes=services.settings.reply_limit)
    if cached is None:
        return None
    processing.log_context.bind(result_bytes=cached.size)
    body, content_type = cached.body, cached.content_type
    return RenderResult(
        source=source,
        accepted=request.accepted,
        result=cached if body is None else Result(content_type=content_type, body=body),
        identity=identity,
        cache_status=CacheStatus.HIT,
    )


def _store(
    fresh: RenderResult, services: Services, processing: ProcessingContext, cache: ResultCache
) -> OssError | None:
    """Store a result that took long enough to make; return the error if the storage fails.

    A result larger than a reply is stored when the reply becomes a redirect.
    """
    result = fresh.result
    if not isinstance(result, Result) or fresh.identity is None:
        return None
    if len(result.body) > services.settings.reply_limit or processing.remaining() <= 0:
        return None
    if fresh.processing_seconds < cache.min_seconds:
        return None
    try:
        with processing.stage("results"):
            cache.storage.put(fresh.identity.key(), result.body, result.content_type)
    except OssError as error:
        return error
    return None
