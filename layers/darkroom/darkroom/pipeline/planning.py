"""What a process comes to for one picture, settled before any pixel is decoded."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from darkroom.codecs import decode
from darkroom.codecs.formats import FORMATS
from darkroom.codecs.plugins import kept
from darkroom.errors import Code, OssError
from darkroom.limits import Limits, Size
from darkroom.picture import NORMAL_ORIENTATION, Header, Output
from darkroom.steps import NeedsFewer, Operation, OutputOption, PixelOperation, Plan, Report

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One process on one picture, with everything settled but the pixels."""

    report: Report | None = None
    steps: Sequence[PixelOperation] = ()
    output: Output
    orientation: int
    needed: Size | None = None
    """Pixels, as stored, that the first step has use for; none for all of them."""


def planned(
    header: Header, operations: Sequence[Operation], limits: Limits, *, upright: bool
) -> Work:
    """Let every operation have its say; raise for what the result's format cannot show."""
    own = kept(FORMATS[header.format]).word
    plan = _settled(Plan(header=header, format=own, upright=upright), operations, limits)
    orientation = header.orientation if plan.upright else NORMAL_ORIENTATION
    steps = [step for step in operations if isinstance(step, PixelOperation)]
    work = Work(
        report=next((step for step in operations if isinstance(step, Report)), None),
        steps=steps,
        output=_output(plan, operations),
        orientation=orientation,
        needed=_needed(steps, header, orientation),
    )
    if log.isEnabledFor(logging.DEBUG):
        log.debug("planned", extra=_told(work, header))
    return work


def _told(work: Work, header: Header) -> dict[str, object]:
    """Say what a process comes to, for a log."""
    return {
        "source_format": header.format,
        "source_size": header.size,
        "source_frames": header.frames,
        "orientation": work.orientation,
        "reduced_by": decode.reduction(header, work.needed),
        "result_format": None if work.report else work.output.format,
        "result_frames": work.output.frames,
        "quality": work.output.quality,
    }


def _settled(plan: Plan, operations: Sequence[Operation], limits: Limits) -> Plan:
    """Let every output option have its say; raise for what the result's format cannot show."""
    for option in operations:
        if isinstance(option, OutputOption):
            plan = option.revise(plan, limits)
    if plan.header.format == "heic" and plan.header.alpha and not FORMATS[plan.format].alpha:
        raise OssError(  # refused, not flattened (C-112)
            Code.BAD_REQUEST, f"A HEIC with transparency cannot be saved as {plan.format}."
        )
    return plan


def _stays_animated(plan: Plan, operations: Sequence[Operation]) -> bool:
    return (
        plan.header.frames > 1
        and FORMATS[plan.format].animated
        and all(not isinstance(step, Report) and step.keeps_animation for step in operations)
    )


def _output(plan: Plan, operations: Sequence[Operation]) -> Output:
    """Settle the encoder's options; a source's quality counts on its own scale only."""
    header, target = plan.header, FORMATS[plan.format]
    own = header.quality if plan.format == header.format else None
    quality = plan.quality(own) if plan.quality else own or target.quality
    animated = _stays_animated(plan, operations)
    return Output(
        format=plan.format,
        alpha=target.alpha,
        frames=header.frames if animated else 1,
        plays=header.plays if animated else 1,
        quality=quality if target.quality else None,
        progressive=plan.progressive,
        full_chroma=plan.full_chroma,
    )


def _needed(steps: Sequence[PixelOperation], header: Header, orientation: int) -> Size | None:
    """Ask the first step how few pixels will do, in the orientation of the stored picture."""
    if not steps or not isinstance(steps[0], NeedsFewer):
        return None
    if not decode.may_reduce(header.size, orientation):
        return None
    size = decode.stored_size(header.size, orientation)
    needed = steps[0].needed_size(size, animated=header.frames > 1)
    return needed and decode.stored_size(needed, orientation)
