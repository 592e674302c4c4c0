"""The plan of a process for one picture, made before any pixel is decoded."""

import logging
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS, writable_or_fallback
from darkroom.imaging.negotiation import AcceptedFormat, negotiated_format
from darkroom.imaging.operation import (
    Operation,
    OutputOption,
    OutputPlan,
    PixelOperation,
    Report,
    SupportsReducedDecode,
)
from darkroom.imaging.picture import NORMAL_ORIENTATION, Header, Output, may_reduce, swap_sides
from darkroom.imaging.work import Shape, Weight, WorkSum
from darkroom.limits import Limits

_TRANSPOSITION = Weight(opaque=6, alpha=6)
"""The weight of turning a picture upright."""

log = logging.getLogger(__name__)


class ProcessPlan(Struct, frozen=True, kw_only=True):
    """The steps and options of a process on one picture."""

    report: Report | None = None
    steps: Sequence[PixelOperation] = ()
    output: Output
    orientation: int
    """The EXIF orientation that is applied after decoding."""
    needed: Size | None = None
    """The least size, in the stored orientation, that the first step needs; None for all pixels."""


def plan_process(
    header: Header,
    operations: Sequence[Operation],
    limits: Limits,
    *,
    upright: bool,
    exact_only: bool = False,
    accepted: AcceptedFormat = AcceptedFormat.NONE,
) -> ProcessPlan:
    """Apply every output option and return the plan.

    `upright` is whether EXIF orientation is applied where no option decides it (C-63), `accepted`
    what `format,auto` chooses by, and `exact_only` whether the decoder scales only to exactly the
    needed size. Raises `BadRequest` where the result's format has no alpha and the source must
    keep its own (C-112).
    """
    own_format = writable_or_fallback(FORMATS[header.format]).name
    output_plan = OutputPlan(header=header, format=own_format, upright=upright)
    for option in operations:
        if isinstance(option, OutputOption):
            output_plan = option.apply_to(output_plan, limits)
    orientation = header.orientation if output_plan.upright else NORMAL_ORIENTATION
    steps = [step for step in operations if isinstance(step, PixelOperation)]
    animated = header.frames > 1 and all(operation.keeps_animation() for operation in operations)
    if output_plan.negotiated:
        size = result_size(swap_sides(header.size, orientation), steps, header, limits)
        target = negotiated_format(header, size, accepted, limits, animated=animated)
        output_plan = replace(output_plan, format=target.name)
    source, target = FORMATS[header.format], FORMATS[output_plan.format]
    if source.keeps_alpha_only and header.alpha and not target.alpha:
        raise OssError(
            Code.BAD_REQUEST,
            f"A {source.name.upper()} with transparency cannot be saved as {target.name}.",
        )
    plan = ProcessPlan(
        report=next((step for step in operations if isinstance(step, Report)), None),
        steps=steps,
        output=_output(output_plan, animated=animated),
        orientation=orientation,
        needed=_needed_size(steps, header, orientation, exact_only=exact_only),
    )
    if log.isEnabledFor(logging.DEBUG):
        log.debug("plan", extra=_log_fields(plan, header))
    return plan


def result_size(
    size: Size, steps: Iterable[PixelOperation], header: Header, limits: Limits
) -> Size:
    """Return the size of the result for an upright picture of `size`; raises as the steps do."""
    for step in steps:
        size = step.result_size(size, limits, animated=header.frames > 1)
    return size


def check_work(plan: ProcessPlan, header: Header, context: ProcessingContext) -> None:
    """Refuse a process over the limit of work, before a pixel of the picture is decoded.

    Loads the objects of watermarks, whose preparation counts. Decoding the picture and encoding the
    result do not count: other limits bound them. Raises `BadRequest` and `WatermarkError`.
    """
    if not plan.steps:
        return
    source = FORMATS[header.format]
    decoded = Shape(
        size=swap_sides(header.size, plan.orientation),
        alpha=not header.opaque,
        keeps_alpha=plan.output.alpha,
        animated=header.frames > 1,
        reduction=source.reduction(header, plan.needed),
    )
    total = WorkSum(frames=plan.output.frames)
    if plan.orientation != NORMAL_ORIENTATION:
        total.add(_TRANSPOSITION.of(decoded.pixels, alpha=decoded.alpha))
    before = decoded
    for step in plan.steps:
        after = step.shape_after(before)
        if after is None:
            break
        step.add_work(total, before, after, context)
        before = after
    context.limits.check_work(total.millions)


def _log_fields(plan: ProcessPlan, header: Header) -> dict[str, object]:
    return {
        "source_format": header.format,
        "source_size": header.size,
        "source_frames": header.frames,
        "orientation": plan.orientation,
        "reduced_by": FORMATS[header.format].reduction(header, plan.needed),
        "result_format": None if plan.report else plan.output.format,
        "result_frames": plan.output.frames,
        "quality": plan.output.quality,
    }


def _output(plan: OutputPlan, *, animated: bool) -> Output:
    """Return the encoder's options, for an animation if the format holds it.

    The source's quality counts only within the same format.
    """
    header, target = plan.header, FORMATS[plan.format]
    own_quality = header.quality if plan.format == header.format else None
    quality = plan.quality(own_quality) if plan.quality else own_quality or target.default_quality
    animated = animated and target.animated
    return Output(
        format=plan.format,
        alpha=target.alpha,
        frames=header.frames if animated else 1,
        loop_count=header.loop_count if animated else 1,
        quality=quality if target.default_quality else None,
        progressive=plan.progressive,
        full_chroma=plan.full_chroma,
    )


def _needed_size(
    steps: Sequence[PixelOperation], header: Header, orientation: int, *, exact_only: bool
) -> Size | None:
    """Return the size that the first step needs, in the orientation of the stored picture."""
    if not steps or not isinstance(steps[0], SupportsReducedDecode):
        return None
    if exact_only and not steps[0].takes_exact_size:
        return None
    if not may_reduce(header.size, orientation):
        return None
    upright_size = swap_sides(header.size, orientation)
    needed = steps[0].needed_size(upright_size, animated=header.frames > 1)
    return needed and swap_sides(needed, orientation)
