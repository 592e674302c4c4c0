"""Rendering: reads an object, processes it and returns the result."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

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
from darkroom.usecases.authorization import (
    MarkRights,
    ReadPurpose,
    anyone_may_read,
    authorize_object,
    authorize_read,
)
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


class RenderRequest(Struct, frozen=True, kw_only=True):
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


class CheckedRequest(Struct, frozen=True, kw_only=True):
    """A request whose caller may process the object, with its operations."""

    request: RenderRequest
    purpose: ReadPurpose
    operations: Sequence[Operation]

    @property
    def mark_rights(self) -> MarkRights:
        """The rights with which watermark objects are read."""
        request = self.request
        return MarkRights(bucket=request.bucket, caller=request.caller, purpose=self.purpose)

    def is_public(self, source: ObjectInfo) -> bool:
        """Return whether every caller may read the source for the purpose."""
        return anyone_may_read(self.request.bucket, source, self.purpose)


class RenderResult(Struct, frozen=True, kw_only=True):
    """A result with its source object; no result where the response is a 304."""

    source: ObjectInfo
    private: bool
    """Whether another caller may be refused: no shared cache may store the response."""
    result: Result | CachedResult | None = None
    """A `CachedResult` where it is larger than a reply, so that its bytes were not read."""
    identity: ResultIdentity | None = None
    """All that the result depends on: its key in the result storage."""
    shareable: bool = True
    """Whether the result cache may store it: no watermark was read that others may not read."""
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
    authorize_read(
        request.bucket,
        request.key,
        request.caller,
        services,
        resolved.purpose,
        version_id=request.version_id,
    )
    process = resolved.process
    if process.save is not None:
        raise invalid(request.parameter, request.process, "sys/saveas is for POST requests")
    operations = compile_operations(process.actions)
    processing.log_context.bind(operations=action_names(operations))
    if is_negotiated(operations):
        request = replace(request, accepted=accepted_format(request.accept))
    checked = CheckedRequest(request=request, purpose=resolved.purpose, operations=operations)
    cache = services.result_cache
    if cache is None or not is_cacheable(operations):
        return render_object(checked, services, processing)
    found, error = _look_up(checked, services, processing, cache)
    if found is not None:
        return found
    fresh = render_object(checked, services, processing)
    error = error or _store(fresh, services, processing, cache)
    return replace(fresh, cache_status=CacheStatus.MISS, store_error=error)


@retry_if_replaced
def render_object(
    checked: CheckedRequest, services: Services, processing: ProcessingContext
) -> RenderResult:
    """Open the object, evaluate the preconditions, read it and process it."""
    request, operations = checked.request, checked.operations
    with processing.stage("store"):
        source = services.objects.open(
            request.bucket.name, request.key, version_id=request.version_id
        )
    with closing(source):
        processing.log_context.bind(source_bytes=source.info.size)
        authorize_object(request.bucket, request.caller, source.info)
        info = request.variant(source.info)
        if request.preconditions and request.preconditions.evaluate(info):
            return _not_modified(checked, info)
        start = perf_counter()
        processing.limits.check_source_bytes(source.info.size)
        with processing.picture_slot():
            with processing.stage("store"):
                data = source.read()
            etags: Mapping[str, str] = {}
            closed: Collection[str] = ()
            if watermark_keys(operations):
                rights = checked.mark_rights
                loader = WatermarkLoader(rights=rights, services=services, context=processing)
                processing = loader.processing_context()
                etags, closed = loader.etags, loader.closed
            upright = services.settings.auto_orient
            accepted = request.accepted or AcceptedFormat.NONE
            result = run(data, operations, processing, upright=upright, accepted=accepted)
    processing.log_context.bind(result_bytes=len(result.body))
    return RenderResult(
        source=info,
        accepted=request.accepted,
        private=bool(closed) or not checked.is_public(source.info),
        result=result,
        identity=_identity(info, operations, etags, services),
        shareable=not closed,
        processing_seconds=perf_counter() - start,
    )


def _not_modified(checked: CheckedRequest, source: ObjectInfo) -> RenderResult:
    """Return a result without a body; watermark objects that were not read count as closed."""
    marked = watermark_keys(checked.operations) and checked.purpose is not ReadPurpose.STYLED
    unknown = bool(marked) and not checked.request.caller.anonymous
    private = unknown or not checked.is_public(source)
    return RenderResult(source=source, accepted=checked.request.accepted, private=private)


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
    checked: CheckedRequest,
    services: Services,
    processing: ProcessingContext,
    cache: ResultCache,
) -> tuple[RenderResult | None, OssError | None]:
    """Return the cached result, or None and the error of the lookup; never raises `OssError`.

    A client error is raised when the object itself is opened, with more detail than a HEAD gives.
    """
    try:
        return _cached_result(checked, services, processing, cache), None
    except OssError as error:
        return None, error


def _cached_result(
    checked: CheckedRequest,
    services: Services,
    processing: ProcessingContext,
    cache: ResultCache,
) -> RenderResult | None:
    """Return the result of the object's current version.

    The caller's rights to the object and to each watermark object are checked first.
    """
    request, rights = checked.request, checked.mark_rights
    bucket = request.bucket.name
    with processing.stage("store"):
        source = cache.objects.head(bucket, request.key, version_id=request.version_id)
    processing.log_context.bind(source_bytes=source.size)
    authorize_object(request.bucket, request.caller, source)
    source = request.variant(source)
    if request.preconditions and request.preconditions.evaluate(source):
        return _not_modified(checked, source)
    processing.limits.check_source_bytes(source.size)
    with processing.stage("store"):
        keys = sorted(watermark_keys(checked.operations))
        marks = [cache.objects.head(bucket, key) for key in keys]
    for mark in marks:
        rights.require_read(mark)
    etags = {mark.key: mark.etag for mark in marks}
    identity = _identity(source, checked.operations, etags, services)
    with processing.stage("results"):
        cached = cache.storage.get(identity.key(), max_bytes=services.settings.reply_limit)
    if cached is None:
        return None
    processing.log_context.bind(result_bytes=cached.size)
    body, content_type = cached.body, cached.content_type
    return RenderResult(
        source=source,
        accepted=request.accepted,
        private=not (checked.is_public(source) and all(map(rights.open_to_all, marks))),
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
    if not isinstance(result, Result) or fresh.identity is None or not fresh.shareable:
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
