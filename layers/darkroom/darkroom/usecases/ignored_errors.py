"""`ignore-error`: the stored object in place of an error of the picture or the process (C-178)."""

from msgspec import Struct

from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.operations.format import is_negotiated
from darkroom.imaging.operations.ignore_error import ignores_errors
from darkroom.usecases.objects import GetObjectRequest, OpenedObject, head_object, open_object
from darkroom.usecases.render import RenderRequest
from darkroom.usecases.services import Services
from darkroom.usecases.styles import ResolvedProcess, resolve_style

IGNORABLE = frozenset(
    {
        Code.BAD_REQUEST,
        Code.IMAGE_DAMAGE,
        Code.IMAGE_TOO_LARGE,
        Code.INVALID_ARGUMENT,
        Code.MISSING_ARGUMENT,
        Code.WATERMARK_ERROR,
    }
)
"""Errors of a picture or a process; no error of access, of the object or of the service."""


class Original(Struct, frozen=True, kw_only=True):
    """The stored object, which is answered in place of an error."""

    opened: OpenedObject
    """Its body must be closed after use; none for a HEAD."""
    error_code: str
    """The OSS code of the ignored error."""
    negotiated: bool
    """Whether another client may get a result, because of the formats that it accepts."""


def original_in_place_of(
    error: OssError,
    request: RenderRequest,
    services: Services,
    processing: ProcessingContext,
    *,
    head: bool,
) -> Original | None:
    """Return the original where the process ignores its error, None where the error stays.

    The original is opened with the rights of a plain GET, so that a protected one does not leak.
    Raises `OssError` where the object is missing or a precondition fails.
    """
    if error.code not in IGNORABLE:
        return None
    resolved = resolve_style(request.process, request.bucket, services, parameter=request.parameter)
    if not ignores_errors(resolved.actions_text):
        return None
    with processing.stage("store"):
        opened = _open_original(request, services, head=head)
    if opened is None:
        return None
    processing.log_context.bind(ignored_error=error.code.wire)
    negotiated = _is_negotiated(resolved)
    return Original(opened=opened, error_code=error.code.wire, negotiated=negotiated)


def _is_negotiated(resolved: ResolvedProcess) -> bool:
    """Return whether the error may depend on the formats that the client accepts."""
    try:
        return is_negotiated(compile_operations(resolved.process.actions))
    except OssError:
        return False


def _open_original(
    request: RenderRequest, services: Services, *, head: bool
) -> OpenedObject | None:
    """Return the stored object, None where the caller may not read it."""
    plain = GetObjectRequest(
        bucket=request.bucket,
        key=request.key,
        caller=request.caller,
        version_id=request.version_id,
        preconditions=request.preconditions,
    )
    try:
        return head_object(plain, services) if head else open_object(plain, services)
    except OssError as error:
        if error.code is Code.ACCESS_DENIED:
            return None
        raise
