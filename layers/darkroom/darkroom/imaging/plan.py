"""The plan of a process for one picture, made before any pixel is decoded."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from darkroom.errors import Code, OssError
from darkroom.geometry import Size
from darkroom.imaging.formats import FORMATS, writable_or_fallback
from darkroom.imaging.operation import (
    Operation,
    OutputOption,
    OutputPlan,
    PixelOperation,
    Report,
    SupportsReducedDecode,
)
from darkroom.imaging.picture import NORMAL_ORIENTATION, Header, Output, may_reduce, swap_sides
from darkroom.limits import Limits

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPlan:
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
) -> ProcessPlan:
    """Apply every output option and return the plan.

    `upright` is whether EXIF orientation is applied where no option decides it (C-63), and
    `exact_only` whether the decoder scales only to exactly the needed size. Raises
    `BadRequest` where the result's format has no alpha and the source must keep its own (C-112).
    """
    own_format = writable_or_fallback(FORMATS[header.format]).name
    output_plan = OutputPlan(header=header, format=own_format, upright=upright)
    for option in operations:
        if isinstance(option, OutputOption):
            output_plan = option.apply_to(output_plan, limits)
    source, target = FORMATS[header.format], FORMATS[output_plan.format]
    if source.keeps_alpha_only and header.alpha and not target.alpha:
        raise OssError(
            Code.BAD_REQUEST,
            f"A {source.name.upper()} with transparency cannot be saved as {target.name}.",
        )
    orientation = header.orientation if output_plan.upright else NORMAL_ORIENTATION
    steps = [step for step in operations if isinstance(step, PixelOperation)]
    plan = ProcessPlan(
        report=next((step for step in operations if isinstance(step, Report)), None),
        steps=steps,
        output=_output(output_plan, operations),
        orientation=orientation,
        needed=_needed_size(steps, header, orientation, exact_only=exact_only),
    )
    if log.isEnabledFor(logging.DEBUG):
        log.debug("plan", extra=_log_fields(plan, header))
    return plan


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


def _output(plan: OutputPlan, operations: Sequence[Operation]) -> Output:
    """Return the encoder's options; the source's quality counts only within the same format."""
    header, target = plan.header, FORMATS[plan.format]
    own_quality = header.quality if plan.format == header.format else None
    quality = plan.quality(own_quality) if plan.quality else own_quality or target.default_quality
    animated = (
        header.frames > 1
        and target.animated
        and all(operation.keeps_animation() for operation in operations)
    )
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
