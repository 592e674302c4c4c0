"""saveas: process an object and store the result (spec 04 §4)."""

import re

from msgspec import Struct

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError, invalid, truncate
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.operation import Operation, Report
from darkroom.imaging.operations import action_names, compile_operations
from darkroom.imaging.pipeline import Result
from darkroom.naming_rules import check_bucket_name, check_key
from darkroom.ports.objects import ObjectAttributes
from darkroom.process.grammar import Process, SaveAs
from darkroom.usecases.authorization import authorize_read, get_bucket, require_write
from darkroom.usecases.render import (
    CheckedRequest,
    RenderRequest,
    RenderResult,
    render,
    render_object,
)
from darkroom.usecases.services import Services
from darkroom.usecases.styles import ResolvedProcess, resolve_style

_VARIABLE = re.compile(r"\{(bucket|object|dirname|basename|barename|ext|autoext)\}")

AUTOEXT = "{autoext}"
"""The variable that depends on the result: the extension of its format."""


def expand_template(template: str, bucket: str, key: str, autoext: str = "") -> str:
    """Replace the variables (C-159), once: braces in their values are not expanded.

    Unknown names in braces stay as they are.
    """
    values = _values(bucket, key, autoext)
    return _VARIABLE.sub(lambda found: values[found[1]], template)


def _values(bucket: str, key: str, autoext: str) -> dict[str, str]:
    dirname, _, basename = key.rpartition("/")
    barename, dot, ext = basename.rpartition(".")
    return {
        "bucket": bucket,
        "object": key,
        "dirname": dirname,
        "basename": basename,
        "barename": barename if dot else basename,
        "ext": ext if dot else "",
        "autoext": autoext,
    }


class SaveTarget(Struct, frozen=True, kw_only=True):
    """Bucket and key of a result."""

    bucket: Bucket
    key: str


class SaveResult(Struct, frozen=True, kw_only=True):
    """The stored result; `bucket` is None when the request named none."""

    bucket: str | None
    key: str
    size: int


def save_or_render(
    request: RenderRequest, services: Services, processing: ProcessingContext
) -> SaveResult | RenderResult:
    """Store the result of a POST with a saveas; return the result of one without (C-17)."""
    resolved = authorize_process(request, services)
    if resolved.process.save is None:
        return render(request, services, processing)
    return save(request, resolved, services, processing)


def save(
    request: RenderRequest,
    resolved: ResolvedProcess,
    services: Services,
    processing: ProcessingContext,
) -> SaveResult:
    """Process an object and store the result; everything is checked before the object is read.

    `resolved` is what `authorize_process` returned for the request.
    """
    process = resolved.process
    saveas = _require_saveas(process)
    operations = reject_reports(compile_operations(process.actions), request.process)
    processing.log_context.bind(operations=action_names(operations))
    target = None if _depends_on_result(saveas) else resolve_target(saveas, request, services)
    checked = CheckedRequest(request=request, purpose=resolved.purpose, operations=operations)
    result = render_object(checked, services, processing).result
    if not isinstance(result, Result):
        raise TypeError("a request without preconditions always has a result")
    if target is None:
        target = resolve_target(saveas, request, services, autoext=result.format or "")
    with processing.stage("store"):
        attributes = ObjectAttributes(content_type=result.content_type)
        services.writer.put(target.bucket.name, target.key, result.body, attributes)
    named = target.bucket.name if saveas.bucket else None
    return SaveResult(bucket=named, key=target.key, size=len(result.body))


def authorize_process(request: RenderRequest, services: Services) -> ResolvedProcess:
    """Return the process of a POST with its style resolved; refuse a caller without read access."""
    resolved = resolve_style(request.process, request.bucket, services)
    authorize_read(request.bucket, request.key, request.caller, services, resolved.purpose)
    return resolved


def _require_saveas(process: Process) -> SaveAs:
    """Return the saveas; refuse a notify, which only jobs have."""
    if process.notify is not None:
        raise OssError(Code.INVALID_ARGUMENT, "operation not support post: notify")
    if process.save is None:
        first = f"image/{process.actions[0].name}"
        raise OssError(Code.INVALID_ARGUMENT, f"operation not support post: {truncate(first)}")
    return process.save


def reject_reports(operations: tuple[Operation, ...], process: str) -> tuple[Operation, ...]:
    """Return the operations; raises `InvalidArgument` if one is a report (C-163)."""
    for operation in operations:
        if isinstance(operation, Report):
            raise invalid("x-oss-process", process, f"{operation.name} cannot be stored")
    return operations


def _depends_on_result(saveas: SaveAs) -> bool:
    return AUTOEXT in saveas.object or AUTOEXT in (saveas.bucket or "")


def resolve_target(
    saveas: SaveAs, source: RenderRequest, services: Services, autoext: str = ""
) -> SaveTarget:
    """Return the target of a result; checks both names and the right to write to the bucket."""
    template = source.bucket.name if saveas.bucket is None else saveas.bucket
    name = expand_template(template, source.bucket.name, source.key, autoext)
    key = expand_template(saveas.object, source.bucket.name, source.key, autoext)
    check_bucket_name(name)
    check_key(key)
    bucket = get_bucket(services, name)
    require_write(bucket, source.caller)
    return SaveTarget(bucket=bucket, key=key)
